using System.Buffers.Text;
using System.ComponentModel.Design;
using System.Text;
using Cambist.Protocol;
using Cambist.Storage.Sqlite;

namespace Cambist.Benchmarks;

/// <summary>An engine in this process, in a folder of its own, and the issuer whose ID tokens it exchanges. All of it is the real code on real keys.</summary>
sealed class World : IAsyncDisposable
{
    static readonly PresentedCredentials Credentials = new()
    {
        Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryText.Client}:{RegistryText.Secret}")),
    };

    static readonly RequestedTargets Targets = new([RegistryText.Resource], []);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-micro-");

    /// <param name="subject">The algorithm of the ID tokens.</param>
    /// <param name="signing">The algorithm of our tokens.</param>
    /// <param name="clients">Clients of the registry, and rules.</param>
    /// <param name="open">Opens the store, in the folder; null for one in memory.</param>
    public World(string subject = "RS256", string signing = "ES256", int clients = 10, Func<string, Store>? open = null)
    {
        Provider = new(subject);
        File.WriteAllText(PathOf("jwks.json"), Provider.Jwks);
        File.WriteAllText(PathOf("cambist.yaml"), RegistryText.Write(clients, signing));
        File.WriteAllText(PathOf("cambist.key"), KeyFile.NewLine());
        Engine = new CambistBuilder()
            .UseRegistryFile(PathOf("cambist.yaml"))
            .UseStore((_, clock) => open?.Invoke(_folder.FullName) ?? MemoryStore.Create(clock))
            .UseKeyFile(PathOf("cambist.key"))
            .Build(new ServiceContainer(), TimeProvider.System, new HttpMessageInvoker(new SocketsHttpHandler()), allowHttp: false, new Deaf());
    }

    /// <summary>
    /// Opens a store on disk. Its index behind searches is left out: it is built beside the exchanges once a second, and would fall into one
    /// round and not into the next; bench/search measures it.
    /// </summary>
    public static Store OnSqlite(string folder) =>
        SqliteStore.Open(Path.Combine(folder, "cambist.db"), TimeProvider.System) with { Decisions = MemoryStore.Create(TimeProvider.System).Decisions };

    public Provider Provider { get; }

    public CambistEngine Engine { get; }

    public Registry Registry => Engine.Registry.Current;

    /// <summary>As the edge makes it of a form.</summary>
    public static ExchangeRequest RequestFor(string idToken) => new()
    {
        Credentials = Credentials,
        SubjectToken = idToken,
        SubjectTokenType = TokenTypes.IdToken,
        Targets = Targets,
        Scopes = ["read"],
    };

    /// <summary>What steps 6 to 8 decide on for an ID token.</summary>
    public DecisionInput InputFor(string idToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var issuer = Registry.Issuers["login"];
        var kind = issuer.Tokens[TokenTypes.IdToken];
        var claims = Claims.Parse(Base64Url.DecodeFromChars(idToken.Split('.')[1]));
        Expect(TokenTimes.Read(claims, now, kind.MaxAge, out var times));
        return new()
        {
            Client = Registry.Clients[RegistryText.Client],
            Subject = Given(ExternalToken.Read(claims, issuer, kind, times, Lineage.NewRoot(), Registry)),
            Target = new(Registry.ResourcesByAnyName[RegistryText.Resource], RegistryText.Resource),
            Scopes = ["read"],
            Now = now,
        };
    }

    /// <summary>What is recorded of an exchange.</summary>
    public async Task<LedgerEntry> EntryAsync(string idToken) =>
        await Engine.Exchange.ExchangeAsync(RequestFor(idToken), CancellationToken.None) is Outcome.Issued issued
            ? issued.Entry
            : throw new InvalidOperationException("The exchange was refused.");

    public static T Given<T>(Result<T> result) where T : class
    {
        if (result.Gives(out var value, out var denied)) return value;
        Expect(denied);
        throw new InvalidOperationException("Neither a value nor a refusal.");
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    static void Expect(Denied? denied)
    {
        if (denied is not null) throw new InvalidOperationException($"Refused: {denied.Reason}, {denied.Detail}.");
    }

    string PathOf(string file) => Path.Combine(_folder.FullName, file);

    sealed class Deaf : IEngineListener
    {
        public void On(EngineEvent engineEvent) { }
    }
}
