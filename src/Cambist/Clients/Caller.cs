using System.Net;

namespace Cambist;

/// <summary>Who a request says it is from, believed or not.</summary>
/// <param name="ClientId">The client id as it was presented; null where none could be read.</param>
/// <param name="Address">Where it came from; see <see cref="PresentedCredentials.Address"/>.</param>
/// <param name="IsGuess">Whether a secret came with the id, so that a failure is a guess at it.</param>
readonly record struct Caller(string? ClientId, IPAddress? Address, bool IsGuess)
{
    /// <summary>Whom its failures are counted for.</summary>
    public ClientNetwork Network => new(Address);
}
