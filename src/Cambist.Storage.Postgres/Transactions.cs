using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>Transactions beside the writer's, behind the fence like all that write.</summary>
sealed class Transactions(Connections connections, Partitions partitions)
{
    const int Attempts = 3;

    /// <summary>Begins, goes behind the fence (<see cref="Sql.ShareFence"/> or <see cref="Sql.CloseFence"/>), works, and commits where that gives true.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written now; where it was lost during COMMIT, it may be committed.</exception>
    public async Task<bool> RunAsync(string fence, Func<NpgsqlConnection, Task<bool>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await connections.UseAsync(connection => RunAsync(connection, fence, work), cancellationToken);
            }
            catch (Exception e) when (attempt < Attempts && PostgresFault.IsWorthTryingAgain(e.InnerException)) { }
            catch (Exception e) when (attempt < Attempts && PostgresFault.IsMissingPartition(e.InnerException))
            {
                await partitions.MakeAsync(CancellationToken.None);
            }
        }
    }

    static async Task<bool> RunAsync(NpgsqlConnection connection, string fence, Func<NpgsqlConnection, Task<bool>> work)
    {
        await Connections.CheckAsync(connection);
        using var watch = new CommitWatch(connection);
        await Connections.RunAsync(connection, Sql.Begin, fence);
        var isDone = await work(connection);
        await Connections.RunAsync(connection, isDone ? Sql.Commit : "ROLLBACK");
        watch.Check();
        return isDone;
    }
}
