using Microsoft.Extensions.DependencyInjection;

namespace Cambist;

/// <summary>Adds code of your own to Cambist. What is added is made once, from the application's services; what needs a scope opens one.</summary>
public static class CambistBuilderExtensions
{
    /// <summary>
    /// Adds a token kind of your own, under the name it has in the registry (<c>issuers: NAME: { resolver: true, subject: … }</c>).
    /// Resolvers are asked last, in the order in which they were added.
    /// </summary>
    public static CambistBuilder AddSubjectTokenResolver<T>(this CambistBuilder builder, string name) where T : class, ISubjectTokenResolver =>
        builder.AddSubjectTokenResolver(name, static services => ActivatorUtilities.GetServiceOrCreateInstance<T>(services));

    /// <summary>Adds code that may add claims to the tokens which exchanges give. Customizers run in the order in which they were added.</summary>
    public static CambistBuilder AddTokenCustomizer<T>(this CambistBuilder builder) where T : class, ITokenCustomizer =>
        builder.AddTokenCustomizer(static services => ActivatorUtilities.GetServiceOrCreateInstance<T>(services));
}
