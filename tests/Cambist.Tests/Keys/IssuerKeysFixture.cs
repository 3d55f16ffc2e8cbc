using System.Collections.Frozen;
using System.Net;

namespace Cambist.Tests.Keys;

/// <summary>Issuer keys over a stub issuer, with a clock and a name table.</summary>
public abstract class IssuerKeysFixture : IDisposable
{
    private protected static readonly SigningKey First = SigningKey.Create(JwsAlgorithm.ES256);
    private protected static readonly SigningKey Second = SigningKey.Create(JwsAlgorithm.ES256);

    readonly HttpMessageInvoker _http;

    private protected IssuerKeysFixture()
    {
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First));
        _http = new(Idp);
        Keys = NewKeys();
    }

    private protected StubIssuer Idp { get; } = new();

    private protected FakeClock Clock { get; } = new();

    private protected HeardEvents Events { get; } = new();

    private protected Dictionary<string, IPAddress[]> Names { get; } = [];

    private protected IssuerKeys Keys { get; set; }

    private protected TrustedIssuer Issuer { get; set; } = Trust(StubIssuer.Identifier);

    public void Dispose()
    {
        Keys.Dispose();
        _http.Dispose();
        Idp.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected IssuerKeys NewKeys(bool allowHttp = false, Func<string, FileVersion?, VersionedFile?>? readFile = null) =>
        new(_http, Clock, Events, new()
        {
            AllowHttp = allowHttp,
            ResolveHost = (host, _) => Task.FromResult(Names.TryGetValue(host, out var addresses) ? addresses : []),
            ReadFileIfChanged = readFile ?? VersionedFile.ReadIfChanged,
        });

    private protected static TrustedIssuer Trust(string? identifier, IssuerKeySource? source = null)
    {
        SubjectTemplate.TryParse("{sub}", out var subject, out var error).ShouldBeTrue(error);
        return new() { Name = "login", Issuer = identifier, Subject = subject!, Tokens = FrozenDictionary<string, TrustedTokenKind>.Empty, Keys = source ?? IssuerKeySource.Discovery.Instance };
    }

    private protected ValueTask<IssuerKeyAnswer> AskAsync(SigningKey key, long? issuedAt = null) =>
        Keys.FindAsync(Issuer, key.KeyId, key.Algorithm, issuedAt ?? Clock.Seconds, CancellationToken.None);

    private protected async Task<VerificationKey> FoundAsync(SigningKey key)
    {
        var answer = await AskAsync(key);
        answer.Outcome.ShouldBe(IssuerKeyOutcome.Found, string.Join(' ', Events.All));
        answer.Key!.KeyId.ShouldBe(key.KeyId);
        return answer.Key;
    }

    /// <summary>Whether a key is found without waiting.</summary>
    private protected bool IsFoundAtOnce(SigningKey key, out VerificationKey? found)
    {
        var answer = Keys.FindAsync(Issuer, key.KeyId, key.Algorithm, 1, CancellationToken.None);
        found = answer.IsCompletedSuccessfully ? answer.Result.Key : null;
        return found is not null;
    }

    /// <summary>Waits for what a background fetch does; fails after 10 s.</summary>
    private protected static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++) await Task.Delay(10);
        condition().ShouldBeTrue();
    }
}
