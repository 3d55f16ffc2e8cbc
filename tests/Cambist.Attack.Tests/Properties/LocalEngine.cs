using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Properties;

/// <summary>The real engine on a random registry, in this process: thousands of exchanges in seconds. A store in memory, a clock that stands.</summary>
sealed class LocalEngine : IAsyncDisposable
{
    public const string Issuer = "http://127.0.0.1:9";
    static readonly TestKey Key = TestKey.Create("ES256", "k");
    static readonly FakeClock Clock = new();
    static readonly DirectoryInfo Folder = MakeFolder();
    static int _opened;

    readonly CambistEngine _engine;

    LocalEngine(CambistEngine engine) => _engine = engine;

    public static long Now => Clock.GetUtcNow().ToUnixTimeSeconds();

    static DirectoryInfo MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-test-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        File.WriteAllText(Path.Combine(folder.FullName, "jwks"), TestKey.PublicSet(Key).ToJsonString());
        File.WriteAllText(Path.Combine(folder.FullName, "sealing-key"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        return folder;
    }

    /// <summary>Opens one; null where the registry has errors, such as a rule that could never give what it names.</summary>
    public static LocalEngine? Open(RandomRegistry registry, Func<IEnumerable<string>, IEnumerable<string>> order)
    {
        var file = Path.Combine(Folder.FullName, $"{Interlocked.Increment(ref _opened)}.yaml");
        File.WriteAllText(file, new RegistryText(registry, Issuer, "jwks", order).Write());
        try
        {
            var builder = new CambistBuilder().UseRegistryFile(file).UseStore((_, clock) => MemoryStore.Create(clock)).UseKeyFile(Path.Combine(Folder.FullName, "sealing-key"));
            return new(builder.Build(new NoServices(), Clock, new HttpMessageInvoker(new NoNetwork()), allowHttp: false, new Deaf()));
        }
        catch (RegistryException e)
        {
            // Only what the rules name may be wrong; a document we cannot write would let every test pass.
            e.Message.ShouldContain("rule rule", customMessage: e.Message);
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>An external token that says what a holding says; <paramref name="isReversed"/> writes its claims in the other order.</summary>
    public static string Sign(Holding holding, bool isReversed)
    {
        var claims = new JsonObject
        {
            ["iss"] = $"https://{holding.Issuer}.example.com",
            ["sub"] = holding.RawSub,
            ["aud"] = new JsonArray([.. holding.Audiences.Select(audience => (JsonNode)audience)]),
            ["iat"] = Now,
            ["exp"] = holding.Expires,
            ["jti"] = RandomNumberGenerator.GetHexString(16),
        };
        if (holding.Scopes is { } scopes) claims["scope"] = string.Join(' ', scopes.Select(at => at.Scope).Distinct().Append("undeclared"));
        if (holding.Tier is { } tier) claims["tier"] = tier;
        if (holding.MayAct is { } mayAct) claims["may_act"] = new JsonObject { ["sub"] = mayAct };
        if (holding.IsBound) claims["cnf"] = new JsonObject { ["jkt"] = new string('A', 43) };
        JsonObject? act = null;
        foreach (var (sub, _) in holding.Act.Reverse()) act = act is null ? new() { ["sub"] = sub } : new() { ["sub"] = sub, ["act"] = act };
        if (act is not null) claims["act"] = act;
        var written = isReversed ? new JsonObject(claims.Reverse().Select(claim => KeyValuePair.Create(claim.Key, claim.Value?.DeepClone()))) : claims;
        return TestJwt.Sign(written, Key, holding.Issuer == "ext" ? "at+jwt" : "JWT").ToString();
    }

    public async Task<Outcome> SendAsync(Ask ask, (string Token, string Type)? subject, Func<IEnumerable<string>, IEnumerable<string>> order)
    {
        var credentials = new PresentedCredentials { Authorization = "Basic " + TestServer.BasicCredentials(ask.Caller.Id, Requests.SecretOf(ask.Caller.Id)) };
        var (targets, scopes) = (new RequestedTargets([ask.Target.Identifier], []), ask.Scopes is { } asked ? (System.Collections.Immutable.ImmutableArray<string>?)[.. order(asked)] : null);
        return subject is { } token
            ? await _engine.Exchange.ExchangeAsync(new() { Credentials = credentials, SubjectToken = token.Token, SubjectTokenType = TestServer.TokenType(token.Type), Targets = targets, Scopes = scopes }, CancellationToken.None)
            : await _engine.ClientCredentials.IssueAsync(new() { Credentials = credentials, Targets = targets, Scopes = scopes }, CancellationToken.None);
    }

    public static string TextOf(Outcome.Issued issued) => Encoding.ASCII.GetString(issued.Token.Span);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }

    sealed class Deaf : IEngineListener
    {
        public void On(EngineEvent engineEvent) { }
    }

    sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new InvalidOperationException("Nobody is asked.");
    }
}
