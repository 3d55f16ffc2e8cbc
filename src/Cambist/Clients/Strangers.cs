using System.Net;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What people who have shown no credential can make this server do and keep: a bound on each. Asked only where a request is refused.
/// </summary>
internal sealed class Strangers(TimeProvider clock)
{
    /// <summary>What the ledger calls a client id that the registry does not know. It holds a space, so it is nobody's id.</summary>
    public const string UnknownClient = "unknown client";

    // Ten wrong secrets at once, then one in 30 seconds, for each client from each network. 512 KiB.
    readonly LeakyCounts _guesses = new(10, TimeSpan.FromSeconds(30), 1 << 14, clock);

    // Refusals of public clients that are recorded although nothing was verified: ten at once, then one in 6 seconds. 128 KiB.
    readonly LeakyCounts _records = new(10, TimeSpan.FromSeconds(6), 1 << 12, clock);

    // The same for a client whatever networks they come from: a thousand, then one a second. 32 KiB.
    readonly LeakyCounts _recordsOfClient = new(1000, TimeSpan.FromSeconds(1), 1 << 10, clock);

    /// <summary>What was refused without an entry of its own.</summary>
    public FailureTally Tally { get; } = new(clock);

    /// <summary>
    /// Counts a request that authenticated nobody, and says how to answer it. Only a wrong secret is a guess: requests without one,
    /// and those that authenticate by key or certificate, are never held back. A right secret never comes here.
    /// </summary>
    public Denied Unauthenticated(Walk walk, Denied denied)
    {
        var caller = walk.Caller;
        if (caller.IsGuess && denied.Reason == Reason.ClientAuthenticationFailed && _guesses.Count(caller.ClientId, caller.Network) is { } wait)
            denied = new(Reason.TooManyFailures, denied.Detail, wait);
        Count(walk, denied.Reason, IsOfClient(denied.Reason) ? denied.Detail : null);
        return denied;
    }

    /// <summary>The same for a bearer that the admin API does not know; <paramref name="isGuess"/> where it is no token of a form that we sign.</summary>
    public Denied AtAdminApi(IPAddress? address, bool isGuess, string detail)
    {
        var network = new ClientNetwork(address);
        var wait = isGuess ? _guesses.Count(ReservedNames.AdminResource, network) : null;
        var denied = new Denied(wait is null ? Reason.ClientAuthenticationFailed : Reason.TooManyFailures, detail, wait);
        Tally.Count(ReservedNames.AdminResource, network, denied.Reason);
        return denied;
    }

    /// <summary>
    /// Whether a refusal is kept as an entry; else it was counted. Anybody can be a public client, so until its token is verified
    /// its requests are a stranger's.
    /// </summary>
    public bool LeavesEntry(Walk walk, Denied denied)
    {
        if (!walk.Client!.IsPublic || walk.Subject is not null) return true;
        if (_records.Count(walk.Client.Id, walk.Caller.Network) is null && _recordsOfClient.Count(walk.Client.Id, default) is null) return true;
        Count(walk, denied.Reason);
        return false;
    }

    /// <summary>Whether the detail names a check of <see cref="ClientAuthenticator"/>: a few texts of ours, which hold nothing that was sent.</summary>
    static bool IsOfClient(Reason reason) => reason is Reason.ClientAuthenticationFailed or Reason.TooManyFailures;

    void Count(Walk walk, Reason reason, string? check = null)
    {
        var isKnown = walk.Caller.ClientId is { } id && walk.Registry.Clients.ContainsKey(id);
        Tally.Count(isKnown ? walk.Caller.ClientId! : UnknownClient, walk.Caller.Network, reason, isKnown ? check : null);
    }
}
