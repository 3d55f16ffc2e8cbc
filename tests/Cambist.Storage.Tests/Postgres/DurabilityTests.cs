using Cambist.Storage.Postgres;
using Cambist.Testing;

namespace Cambist.Storage.Tests.Postgres;

/// <summary>No setting of PostgreSQL makes an answer worth less than it says.</summary>
public sealed class DurabilityTests(PostgresDatabases databases) : PostgresNodes(databases)
{
    [Theory]
    [InlineData("off")]
    [InlineData("local")]
    [InlineData("remote_write")]
    public async Task A_session_waits_for_disk_and_standby_whatever_the_database_or_the_role_says(string otherwise)
    {
        await ExecuteAsync($"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = {otherwise}', current_database()); END $$");
        await ExecuteAsync($"DO $$ BEGIN EXECUTE format('ALTER ROLE %I IN DATABASE %I SET synchronous_commit = {otherwise}', current_user, current_database()); END $$");
        await using var connections = new Connections(Connection);

        (await connections.ReadAsync(ask => ask.Add("SHOW synchronous_commit"), async row => await row.ReadAsync(Cancellation) ? row.GetString(0) : "", Cancellation)).ShouldBe("on");
        (await Open().Ledger.CommitAsync(Some.Entry(), None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("local")]
    [InlineData("remote_write")]
    public void A_connection_that_asks_for_less_is_refused(string less) =>
        Should.Throw<StoreUnavailableException>(() => PostgresStore.Open($"{Connection};Options=-c synchronous_commit={less}", TimeProvider.System)).Message.ShouldContain($"synchronous_commit={less}");

    [Fact]
    public async Task A_connection_may_ask_for_more()
    {
        await using var store = PostgresStore.Open(Connection + ";Options=-c synchronous_commit=remote_apply", TimeProvider.System);

        (await store.Ledger.CommitAsync(Some.Entry(), None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task A_server_that_stops_keeping_what_it_commits_gets_nothing_more_until_it_does_again()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var node = PostgresStore.Open(server.ConnectionString(), TimeProvider.System);
        var committed = 0L;
        foreach (var setting in new[] { "fsync", "full_page_writes" })
        {
            await SetAsync($"{setting} = off");
            var refusal = "";
            while (refusal.Length == 0) await CommitAsync(); // its sessions hear of it a moment later

            refusal.ShouldContain($"{setting}=off");
            (await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None))).Message.ShouldContain($"{setting}=off");
            (await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.CheckAsync(None))).Message.ShouldContain($"{setting}=off", customMessage: "health says so, too");
            Should.Throw<StoreUnavailableException>(() => PostgresStore.Open(server.ConnectionString(), TimeProvider.System)).Message.ShouldContain($"{setting}=off");
            var kept = committed;

            await SetAsync($"{setting} = on");
            while (refusal.Length > 0) await CommitAsync();
            (await node.Decisions.PageAsync(DecisionFilter.All, default, int.MaxValue, None)).Count.ShouldBe((int)kept + 1);

            async Task CommitAsync()
            {
                try
                {
                    await node.Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("k" + committed)] }, Cancellation);
                    (committed, refusal) = (committed + 1, "");
                }
                catch (StoreUnavailableException e)
                {
                    refusal = e.Message;
                }
            }
        }

        async Task SetAsync(string setting)
        {
            await server.ExecuteAsync($"ALTER SYSTEM SET {setting}");
            await server.ExecuteAsync("SELECT pg_reload_conf()");
        }
    }
}
