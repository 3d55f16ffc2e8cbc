using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
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

    public Registry Registry => _engine.Registry.Current;

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
        var claims = ClaimsOf(holding);
        var written = isReversed ? new JsonObject(claims.Reverse().Select(claim => KeyValuePair.Create(claim.Key, claim.Value?.DeepClone()))) : claims;
        return TestJwt.Sign(written, Key, holding.Issuer == "ext" ? "at+jwt" : "JWT").ToString();
    }

    static JsonObject ClaimsOf(Holding holding)
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
        return claims;
    }

    /// <summary>What a policy test decides that states what these tokens say.</summary>
    Result<Decision> Stated(Ask ask, Script.Token subject, Script.Token? actor, ImmutableArray<string>? scopes)
    {
        var registry = _engine.Registry.Current;
        TestToken Of(Script.Token token) => token.Holding.Issuer switch
        {
            "self" => new OurTestToken(TestJwt.Parse(token.Text).Claims) { ExpiresIn = TimeSpan.Zero },
            Holding.Impersonation => new ImpersonationTestToken(Minting(token.Holding), Administrator.Bootstrap.Party) { ExpiresIn = TimeSpan.FromSeconds(600) },
            var issuer => new IssuersTestToken(registry.Issuers[issuer], TestServer.TokenType(token.Type), ClaimsOf(token.Holding)) { ExpiresIn = TimeSpan.Zero },
        };
        var test = new PolicyTest
        {
            Name = "stated",
            Position = default,
            Client = registry.Clients[ask.Caller.Id],
            Subject = Of(subject),
            Actor = actor is null ? null : Of(actor),
            Targets = [ask.Target.Identifier],
            Scopes = scopes,
            Expected = new ExpectedGrant(),
        };
        return test.Decide(registry, Clock.GetUtcNow());
    }

    static MintRequest Minting(Holding holding)
    {
        var mayAct = holding.MayAct is { } name ? Claims.Parse(new JsonObject { ["may_act"] = new JsonObject { ["sub"] = name } }.ToJsonString()) : null;
        return new() { Subject = holding.RawSub, Reason = "a property", Client = holding.Client, MayAct = mayAct is not null && mayAct.TryGet("may_act"u8, out var claim) ? claim : null };
    }

    /// <summary>An impersonation token, minted by an administrator; null where minting is refused.</summary>
    public async Task<(string Text, string Id)?> MintAsync(Holding holding)
    {
        return (await _engine.Impersonation.MintAsync(Administrator.Bootstrap, Minting(holding), CancellationToken.None)).Gives(out var minted, out _) ? (minted.Token, minted.Id) : null;
    }

    public async Task<Outcome> ForItselfAsync(Ask ask, Func<IEnumerable<string>, IEnumerable<string>> order) =>
        await _engine.ClientCredentials.IssueAsync(new() { Credentials = Credentials(ask), Targets = Targets(ask), Scopes = Scopes(ask, order) }, CancellationToken.None);

    /// <summary>Asks why, and then does it.</summary>
    public async Task<(Outcome, Foretold)> ExchangeAsync(Ask ask, Script.Token subject, Script.Token? actor, Func<IEnumerable<string>, IEnumerable<string>> order)
    {
        var request = new ExchangeRequest
        {
            Credentials = Credentials(ask),
            SubjectToken = subject.Text,
            SubjectTokenType = TestServer.TokenType(subject.Type),
            ActorToken = TokenText.FromOptional(actor?.Text),
            ActorTokenType = actor is null ? null : TestServer.TokenType(actor.Type),
            Targets = Targets(ask),
            Scopes = Scopes(ask, order),
        };
        var foretold = (await ForetellAsync(request, GrantTypes.TokenExchange)) with { Stated = Stated(ask, subject, actor, request.Scopes) };
        return (await _engine.Exchange.ExchangeAsync(request, CancellationToken.None), foretold);
    }

    /// <summary>Asks why, and then does it.</summary>
    public async Task<(Outcome, Foretold)> RefreshAsync(Ask ask, string token, Func<IEnumerable<string>, IEnumerable<string>> order)
    {
        var request = new RefreshRequest { Credentials = Credentials(ask), RefreshToken = token, Scopes = Scopes(ask, order) };
        var foretold = await ForetellAsync(request.AsExchange(), GrantTypes.RefreshToken);
        return (await _engine.Exchange.RefreshAsync(request, CancellationToken.None), foretold);
    }

    async Task<Foretold> ForetellAsync(ExchangeRequest request, string grant)
    {
        var before = await NewestAsync();
        await _engine.ExplainAsync(request, grant, CancellationToken.None); // asking once more is asking the same
        var explanation = await _engine.ExplainAsync(request, grant, CancellationToken.None);
        return new(explanation, before == await NewestAsync());
    }

    /// <summary>What the recorded decision says of itself.</summary>
    public ValueTask<Explanation?> ExplainAsync(LedgerEntry entry) => _engine.ExplainAsync(entry, CancellationToken.None);

    async Task<DecisionId?> NewestAsync() => (await _engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 1, CancellationToken.None)) is [var newest] ? newest.Id : null;

    static PresentedCredentials Credentials(Ask ask) =>
        new() { ClientId = ask.Caller.Id, Authorization = "Basic " + TestServer.BasicCredentials(ask.Caller.Id, Requests.SecretOf(ask.Caller.Id)) };

    static RequestedTargets Targets(Ask ask) => new([ask.Target.Identifier], []);

    static ImmutableArray<string>? Scopes(Ask ask, Func<IEnumerable<string>, IEnumerable<string>> order) => ask.Scopes is { } asked ? [.. order(asked)] : null;

    public static string TextOf(ReadOnlyMemory<byte> token) => Encoding.ASCII.GetString(token.Span);

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
