using Cambist.Yaml;

namespace Cambist;

/// <summary>Reads Cambist's registry from a file.</summary>
public static class CambistBuilderYamlExtensions
{
    /// <summary>
    /// Uses the registry document in a file, YAML or JSON. It, the files it names and the policy tests beside it (<c>*.test.yaml</c>) are
    /// looked at each second; a change that two looks in a row find is swapped in whole, and one that cannot be used, or fails a test,
    /// leaves the last good registry in force.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file, relative to the working folder.</param>
    /// <param name="options">What surrounds it; defaults where null.</param>
    public static CambistBuilder UseRegistryFile(this CambistBuilder builder, string path, RegistryFileOptions? options = null) =>
        builder.UseRegistry((_, clock) => new RegistryFileLoader(path, (options ?? new()) with { Clock = clock }, tests: Path.GetDirectoryName(path) ?? ""));
}
