using System.Collections.Immutable;

namespace Cambist;

/// <summary>Step 8's last part: what the application adds to a token that was decided. Costs nothing where there is no customizer.</summary>
internal sealed class Customizers(ImmutableArray<ITokenCustomizer> customizers, ApplicationCode code)
{
    public ValueTask<Denied?> AddAsync(DecisionInput input, TokenToIssue token, CancellationToken cancellationToken) =>
        customizers.IsEmpty ? default : RunAsync(input, token, cancellationToken);

    async ValueTask<Denied?> RunAsync(DecisionInput input, TokenToIssue token, CancellationToken cancellationToken)
    {
        var customization = new TokenCustomization(
            input.Client.Id, token.Rule!.Name, token.Target.Resource.Name, token.Target.Audience, new(input.Subject), input.Actor is { } actor ? new(actor) : null);
        foreach (var customizer in customizers)
        {
            if (await code.RunAsync($"customizer {customizer.GetType().Name}", cancel => customizer.CustomizeAsync(customization, cancel).AsTask(), cancellationToken) is { } fault)
                return fault;
        }

        token.Added = customization.Added;
        return null;
    }
}
