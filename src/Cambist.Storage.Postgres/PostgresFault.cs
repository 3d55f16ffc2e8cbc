using System.Net.Sockets;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>What a failure means to the ledger.</summary>
static class PostgresFault
{
    /// <summary>
    /// Refused data (SQLSTATE classes 22 and 23, and 54: too large) is <see cref="LedgerEntryRejectedException"/>: PostgreSQL took all of the
    /// transaction back. Everything else says that the store cannot serve now, and not whether the transaction was committed. Values are never
    /// shown: the detail, which may quote them, is left out.
    /// </summary>
    /// <param name="failure">The failure.</param>
    /// <param name="isBroken">Whether the connection is no longer open: whatever it was then, nothing is known.</param>
    public static Exception Of(Exception failure, bool isBroken = false) => failure switch
    {
        StoreUnavailableException or LedgerEntryRejectedException or OperationCanceledException => failure,
        PostgresException e when IsOfData(e) => new LedgerEntryRejectedException(Message(e), e),
        PostgresException e => new StoreUnavailableException(Message(e), e),
        ObjectDisposedException => new StoreUnavailableException("The store is closed."),
        // InvalidOperationException: the connection was found broken (by its keepalive, say) between one call and the next.
        NpgsqlException or TimeoutException or IOException or SocketException or InvalidOperationException => new StoreUnavailableException($"PostgreSQL: {failure.GetBaseException().Message}", failure),
        _ when isBroken => new StoreUnavailableException($"PostgreSQL: {failure.Message}", failure), // such as a message that Npgsql did not expect
        _ => failure,
    };

    /// <summary>The transaction was taken back for the sake of another one; doing it again is safe.</summary>
    public static bool IsWorthTryingAgain(Exception? failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>An entry was dated into a day that has no partition; nothing was recorded.</summary>
    public static bool IsMissingPartition(Exception? failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.CheckViolation, TableName: "decisions", ConstraintName: null };

    static bool IsOfData(PostgresException e) => e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("23", StringComparison.Ordinal) || e.SqlState.StartsWith("54", StringComparison.Ordinal);

    static string Message(PostgresException e) => $"PostgreSQL: {e.MessageText} ({e.SqlState})";
}
