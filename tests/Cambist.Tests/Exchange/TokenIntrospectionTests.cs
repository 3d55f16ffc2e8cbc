using System.Text;
using Cambist.Tests.Keys;

namespace Cambist.Tests.Exchange;

public sealed class TokenIntrospectionTests : IssuerKeysFixture
{
    const string Orders = "https://orders.example.com";

    readonly Registry _registry = RegistryText.Load("""
        issuer: https://sts.example.com
        resources: { orders: { identifiers: https://orders.example.com, token: { format: opaque } } }
        clients:
          web: { auth: client_secret_post, secrets: { sha256: "1efb55e28007a80fba26c3afb92a3b5a95c93e923ed0f58535c95f02c0e2162d" } }
          other: { auth: client_secret_post, secrets: { sha256: "1efb55e28007a80fba26c3afb92a3b5a95c93e923ed0f58535c95f02c0e2162d" } }
        """);

    /// <summary>A real store that counts how often it is asked.</summary>
    sealed class Counted(Store store) : ITokenStore, ILedger
    {
        public List<string> Asked { get; } = [];

        public ValueTask<StoredToken?> FindAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellationToken)
        {
            Asked.Add("token");
            return store.Tokens.FindAsync(hash, cancellationToken);
        }

        public ValueTask<Revocation?> IsRevokedAsync(TokenLineage lineage, CancellationToken cancellationToken)
        {
            Asked.Add("revocation");
            return store.Ledger.IsRevokedAsync(lineage, cancellationToken);
        }

        public ValueTask<bool> IsUsedAsync(OneTimeKey key, CancellationToken cancellationToken)
        {
            Asked.Add("use");
            return store.Ledger.IsUsedAsync(key, cancellationToken);
        }

        public ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) => store.Ledger.CommitAsync(entry, cancellationToken);

        public ValueTask<Revocation> RevokeAsync(Revocation revocation, CancellationToken cancellationToken) => store.Ledger.RevokeAsync(revocation, cancellationToken);

        public ValueTask<Revocation?> RevokeAsync(Revocation revocation, LedgerEntry entry, CancellationToken cancellationToken) => store.Ledger.RevokeAsync(revocation, entry, cancellationToken);

        public ValueTask PurgeAsync(CancellationToken cancellationToken) => store.Ledger.PurgeAsync(cancellationToken);

        public ValueTask CheckAsync(CancellationToken cancellationToken) => store.Ledger.CheckAsync(cancellationToken);

        public ValueTask<CommitResult> MintAsync(StoredToken token, LedgerEntry entry, CancellationToken cancellationToken) => store.Tokens.MintAsync(token, entry, cancellationToken);

        public ValueTask<IReadOnlyList<StoredToken>> ListImpersonationTokensAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
            store.Tokens.ListImpersonationTokensAsync(afterId, limit, cancellationToken);

        public ValueTask<bool> CancelAsync(string id, LedgerEntry entry, CancellationToken cancellationToken) => store.Tokens.CancelAsync(id, entry, cancellationToken);
    }

    [Fact]
    public async Task AB_74_the_store_is_asked_the_same_of_a_token_that_is_active_somebody_elses_revoked_expired_or_unknown()
    {
        var store = MemoryStore.Create(Clock);
        var counted = new Counted(store);
        var check = new RevocationCheck(counted, store.Decisions);
        var recorder = new DecisionRecorder(counted, check, new Strangers(Clock));
        using var verified = new VerifiedTokens();
        var introspection = new TokenIntrospection(new ActiveRegistry(_registry), new CallerGate(new ClientAuthenticator(Keys), recorder), new PresentedTokens(verified, new OpaqueTokens(counted)), counted, check, Clock);

        async Task<bool> IsActiveAsync(string token, string client = "web")
        {
            counted.Asked.Clear();
            var credentials = new PresentedCredentials { ClientId = client, ClientSecret = "hello-secret" };
            var outcome = await introspection.IntrospectAsync(new() { Credentials = credentials, Token = token }, TestContext.Current.CancellationToken);
            counted.Asked.ShouldBe(["token", "revocation"]);
            var seen = outcome.ShouldBeOfType<Outcome.Introspected>();
            if (!seen.IsActive) Encoding.UTF8.GetString(seen.Answer.Span).ShouldBe("""{"active":false}""");
            return seen.IsActive;
        }

        var token = await IssueAsync(counted, 600);
        (await IsActiveAsync(token)).ShouldBeTrue();
        (await IsActiveAsync(token, "other")).ShouldBeFalse();
        (await IsActiveAsync("cbt_unknown")).ShouldBeFalse();
        (await IsActiveAsync(await IssueAsync(counted, 0))).ShouldBeFalse();

        var revoked = await IssueAsync(counted, 600);
        var id = (await counted.FindAsync(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(revoked)), TestContext.Current.CancellationToken))!.Id;
        await counted.RevokeAsync(new Revocation(RevocationKind.Lineage, id, 0, "a test", 0), TestContext.Current.CancellationToken);
        (await IsActiveAsync(revoked)).ShouldBeFalse();
        (await IsActiveAsync(revoked, "other")).ShouldBeFalse();
    }

    async Task<string> IssueAsync(ILedger ledger, long life)
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        var id = Lineage.NewRoot();
        var claims = $$"""{"iss":"https://sts.example.com","sub":"alice","aud":"{{Orders}}","client_id":"web","iat":{{now}},"exp":{{now + life}},"jti":"{{id}}"}""";
        var issued = OpaqueToken.OfAccess(Encoding.UTF8.GetBytes(claims), id, now + life);
        var entry = new LedgerEntry { Outcome = DecisionOutcome.Issued, Action = "test", RegistryRevision = "0", Stores = [issued.Stored!] };
        (await ledger.CommitAsync(entry, TestContext.Current.CancellationToken)).Status.ShouldBe(CommitStatus.Committed);
        return Encoding.ASCII.GetString(issued.Value.Span);
    }
}
