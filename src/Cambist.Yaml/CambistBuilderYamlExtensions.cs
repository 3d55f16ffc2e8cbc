using Cambist.Yaml;

namespace Cambist;

/// <summary>Reads Cambist's registry from a file.</summary>
public static class CambistBuilderYamlExtensions
{
    /// <summary>Uses the registry document in a file, YAML or JSON.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file, relative to the working folder.</param>
    /// <param name="options">What surrounds it; defaults where null.</param>
    public static CambistBuilder UseRegistryFile(this CambistBuilder builder, string path, RegistryFileOptions? options = null) =>
        builder.UseRegistry((_, clock) => RegistryFile.Load(path, (options ?? new()) with { Clock = clock }));
}
