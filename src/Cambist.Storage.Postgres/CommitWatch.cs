using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Hears where COMMIT says more than it did: told to stop waiting for a synchronous standby (a timeout, a cancel), PostgreSQL answers
/// success with a warning, and what was committed is lost if the primary is.
/// </summary>
sealed class CommitWatch : IDisposable
{
    readonly NpgsqlConnection _connection;
    volatile bool _hasWarned;

    public CommitWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += Hear;
    }

    public void Dispose() => _connection.Notice -= Hear;

    void Hear(object sender, NpgsqlNoticeEventArgs e) => _hasWarned |= e.Notice is { InvariantSeverity: "WARNING", SqlState: PostgresErrorCodes.Warning };

    /// <summary>Asked before a commit is believed.</summary>
    /// <exception cref="StoreUnavailableException">There was a warning.</exception>
    public void Check()
    {
        if (_hasWarned) throw new StoreUnavailableException("PostgreSQL: committed here, and perhaps not on the synchronous standby. Look after the standby, or take it out of synchronous_standby_names");
    }
}
