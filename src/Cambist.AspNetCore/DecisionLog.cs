using Cambist.Protocol;
using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary>
/// One log line a decision: grants at Debug, since the ledger has them, refusals at Information. Only names from the registry
/// and ids of ours: never a token, a secret, or anything a stranger sent.
/// </summary>
static partial class DecisionLog
{
    public static void Write(ILogger log, Outcome outcome)
    {
        switch (outcome)
        {
            case Outcome.Issued { Entry: var entry }:
                Issued(log, entry.Client, entry.Target, entry.Rule, entry.Id);
                break;
            case Outcome.Revoked { Entry: { } entry }:
                Revoked(log, entry.Client, entry.Subject?.Lineage);
                break;
            case Outcome.Refused { Entry: { } entry }:
                Refused(log, entry.Client, entry.Target ?? "-", entry.Reason.WireName(), entry.Id);
                break;
            case Outcome.Refused { Reason: var reason }:
                Counted(log, reason.WireName());
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "issued: client {Client}, target {Target}, rule {Rule}, decision {DecisionId}")]
    static partial void Issued(ILogger log, string? client, string? target, string? rule, DecisionId decisionId);

    [LoggerMessage(2, LogLevel.Information, "refused: client {Client}, target {Target}, reason {Reason}, decision {DecisionId}")]
    static partial void Refused(ILogger log, string? client, string target, string reason, DecisionId decisionId);

    [LoggerMessage(4, LogLevel.Information, "revoked: client {Client}, token {TokenId} and all beneath it")]
    static partial void Revoked(ILogger log, string? client, string? tokenId);

    [LoggerMessage(3, LogLevel.Debug, "refused and counted: reason {Reason}")]
    static partial void Counted(ILogger log, string reason);
}
