namespace Cambist;

/// <summary>
/// Adds claims to the tokens that exchanges give, where templates in the registry are not enough. Runs after everything was decided: it
/// cannot change who gets what. One instance serves all requests at the same time.
/// </summary>
/// <remarks>An exception, or not being done within 5 seconds, is a fault of the server: the request gets 500 <c>internal_error</c>, is recorded, and nothing is issued.</remarks>
public interface ITokenCustomizer
{
    /// <summary>Adds to one token.</summary>
    /// <param name="token">What was decided, and where to add claims.</param>
    /// <param name="cancellationToken">Cancelled after 5 seconds, when nobody waits any more.</param>
    ValueTask CustomizeAsync(TokenCustomization token, CancellationToken cancellationToken);
}
