using System.Net;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Requests that are refused for what they look like: a parameter is missing or malformed, the grant is unknown. Where the
/// client can still say who it is, the refusal is recorded under its name like any other.
/// </summary>
public sealed class UnservableRequests
{
    /// <summary>What their entries say was asked for.</summary>
    internal const string Action = "unservable";

    readonly ActiveRegistry _registry;
    readonly ClientAuthenticator _clients;
    readonly DecisionRecorder _recorder;
    readonly TimeProvider _clock;

    internal UnservableRequests(ActiveRegistry registry, ClientAuthenticator clients, DecisionRecorder recorder, TimeProvider clock) =>
        (_registry, _clients, _recorder, _clock) = (registry, clients, recorder, clock);

    /// <summary>Authenticates the client, and refuses: for that if it fails, else for <paramref name="why"/>.</summary>
    /// <exception cref="StoreUnavailableException">The ledger cannot be written now.</exception>
    public async ValueTask<Outcome> RefuseAsync(PresentedCredentials credentials, Denied why, CancellationToken cancellationToken)
    {
        var walk = new Walk(_registry.Current, _clock.GetUtcNow(), Action);
        return (await _clients.AuthenticateAsync(walk, credentials, cancellationToken)).Gives(out _, out var denied)
            ? await _recorder.RefuseAsync(walk, why, cancellationToken)
            : await _recorder.UnauthenticatedAsync(walk, denied, cancellationToken);
    }

    /// <summary>Counts a request that was refused before anything of it could be read, thus before anybody could be authenticated.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="address">Where it came from; see <see cref="PresentedCredentials.Address"/>.</param>
    public Outcome RefuseUnread(Reason reason, IPAddress? address) =>
        _recorder.Unauthenticated(new Walk(_registry.Current, default, Action) { Caller = new(null, address, IsGuess: false) }, new(reason, ""));
}
