using Cambist.Storage.Postgres;

namespace Cambist.Storage.Tests.Postgres;

public sealed class SchemaTests(PostgresDatabases databases) : PostgresNodes(databases)
{
    [Fact]
    public async Task Nodes_that_start_together_on_an_empty_database_make_one_schema()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Open(), Cancellation)));

        foreach (var node in nodes) (await node.Ledger.CommitAsync(Some.Entry(), None)).Status.ShouldBe(CommitStatus.Committed);
        (await CountAsync("schema_version")).ShouldBe(1);
        (await CountAsync("decisions")).ShouldBe(8);
    }

    [Fact]
    public async Task It_runs_on_the_next_schema_and_leaves_it_alone()
    {
        Open();
        await ExecuteAsync($"UPDATE cambist.schema_version SET version = {Schema.Version + 1}");

        (await Open().Ledger.CommitAsync(Some.Entry(), None)).Status.ShouldBe(CommitStatus.Committed);

        (await AskAsync<int>("SELECT version FROM cambist.schema_version")).ShouldBe(Schema.Version + 1);
    }

    [Fact]
    public async Task A_schema_too_new_is_refused()
    {
        Open();
        await ExecuteAsync($"UPDATE cambist.schema_version SET version = {Schema.Version + 2}");

        Should.Throw<StoreUnavailableException>(() => Open()).Message.ShouldContain("Start the newer release");
    }

    [Fact]
    public async Task A_schema_of_somebody_else_is_left_alone()
    {
        await ExecuteAsync("CREATE SCHEMA cambist CREATE TABLE theirs (a int)");

        Should.Throw<StoreUnavailableException>(() => Open()).Message.ShouldContain("not one of Cambist");

        (await AskAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'cambist'::regnamespace")).ShouldBe(1);
    }

    [Fact]
    public async Task A_command_beside_a_server_makes_no_store()
    {
        Should.Throw<StoreUnavailableException>(() => PostgresStore.Open(Connection, TimeProvider.System, new() { MustExist = true })).Message.ShouldContain("none was made");
        (await AskAsync<bool>("SELECT to_regnamespace('cambist') IS NULL")).ShouldBeTrue();

        Open();
        await using var beside = PostgresStore.Open(Connection, TimeProvider.System, new() { MustExist = true });
        (await beside.Ledger.CommitAsync(Some.Entry(), None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public void A_wrong_password_or_host_is_told_without_the_password()
    {
        foreach (var wrong in new[] { Connection.Replace("Password=", "Password=s3cret", StringComparison.Ordinal), "Host=127.0.0.1;Port=1;Username=u;Password=s3cret" })
            Should.Throw<StoreUnavailableException>(() => PostgresStore.Open(wrong, TimeProvider.System)).ToString().ShouldNotContain("s3cret");
    }
}
