using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Decides a recorded request again, under a draft of the registry: steps 5 to 8, and of those before and after what can be said. It
/// says nothing that it does not know; what it rests on is in docs/replay.md.
/// </summary>
internal static class Replay
{
    /// <summary>Whether an entry is one that is decided again: an exchange or a refresh, granted or refused.</summary>
    public static bool Takes(LedgerEntry entry) =>
        entry.Outcome is DecisionOutcome.Issued or DecisionOutcome.Refused && entry.Action is GrantTypes.TokenExchange or GrantTypes.RefreshToken;

    /// <param name="entry">One that <see cref="Takes"/>.</param>
    /// <param name="change">The registry that decided beside the draft; null where it is not to be had.</param>
    public static Replayed Decide(LedgerEntry entry, RegistryChange? change)
    {
        if (entry.Input.IsEmpty) return Replayed.Unknown(Doubt.RefusedBefore, $"it was refused before any rule was asked: {entry.Reason.WireName()}");
        if (change is null) return Replayed.Unknown(Doubt.RevisionUnknown, $"the text of registry revision {entry.RegistryRevision} is not to be had, or does not compile now");
        if (RecordedInput.Read(entry, change.Then).Gives(out var then, out _)) return new ReplayWalk(entry, change, then).Decide();
        return Replayed.Unknown(Doubt.RevisionUnknown, $"what is recorded does not fit registry revision {entry.RegistryRevision}");
    }
}
