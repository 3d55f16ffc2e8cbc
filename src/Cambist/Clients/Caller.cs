namespace Cambist;

/// <summary>Who a request says it is from, believed or not.</summary>
/// <param name="ClientId">The client id as it was presented; null where none could be read.</param>
/// <param name="Network">Where it came from.</param>
/// <param name="IsGuess">Whether a secret came with the id, so that a failure is a guess at it.</param>
readonly record struct Caller(string? ClientId, ClientNetwork Network, bool IsGuess);
