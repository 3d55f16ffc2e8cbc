using System.Text.Json;

namespace Cambist.Tests.Jose;

/// <summary>
/// Test vectors of Project Wycheproof, which lie beside the checkout (<c>../shared/vectors/wycheproof</c>) and are not part of it.
/// </summary>
static class Wycheproof
{
    public sealed record Vector(int Id, string Comment, string Token, bool IsValid, JsonElement Group);

    public static List<Vector> Load(string file)
    {
        var path = Find(file);
        Assert.SkipWhen(path is null, $"The Wycheproof vectors are not beside this checkout: ../shared/vectors/wycheproof/{file} does not exist.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path!));
        var root = document.RootElement.Clone();
        var vectors = new List<Vector>();
        foreach (var group in root.GetProperty("testGroups").EnumerateArray())
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var result = test.GetProperty("result").GetString();
                result.ShouldBeOneOf("valid", "invalid");
                vectors.Add(new Vector(
                    test.GetProperty("tcId").GetInt32(), test.GetProperty("comment").GetString()!, test.GetProperty("jws").GetString()!, result == "valid", group));
            }

        vectors.Count.ShouldBe(root.GetProperty("numberOfTests").GetInt32());
        return vectors;
    }

    static string? Find(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Cambist.slnx"))) folder = folder.Parent;
        if (folder?.Parent is null) return null;
        var path = Path.Combine(folder.Parent.FullName, "shared", "vectors", "wycheproof", file);
        return File.Exists(path) ? path : null;
    }
}
