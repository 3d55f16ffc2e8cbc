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
                await using var connection = await connections.OpenAsync(cancellationToken);
                await Connections.CheckAsync(connection);
                var watch = new CommitWatch(connection);
                await Connections.RunAsync(connection, Sql.Begin, fence);
                var isDone = await work(connection);
                await Connections.RunAsync(connection, isDone ? Sql.Commit : "ROLLBACK");
                watch.Check();
                return isDone;
            }
            catch (Exception e) when (attempt < Attempts && PostgresFault.IsWorthTryingAgain(e)) { }
            catch (Exception e) when (attempt < Attempts && PostgresFault.IsMissingPartition(e))
            {
                await partitions.MakeAsync(CancellationToken.None);
            }
            catch (Exception e)
            {
                throw connections.Fault(e);
            }
        }
    }
}
