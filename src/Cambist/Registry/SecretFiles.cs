namespace Cambist;

/// <summary>Files that the registry names; all lie in the secrets folder.</summary>
static class SecretFiles
{
    /// <summary>Reads the file a node names; null where it could not be had, which has been reported.</summary>
    public static SecretFile? Read(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        if (nodes.Text(node, "the name of a file in the secrets folder") is not { } name) return null;
        if (LeadsOutside(name))
        {
            nodes.Error(node, $"'{name}' lies outside the secrets folder; write the name of a file in it (the folder is the registry's, or Cambist:SecretsFolder)");
            return null;
        }

        if (draft.Source.ReadFile(name) is { } file) return file;
        nodes.Error(node, $"there is no readable file '{name}' in the secrets folder, or it leads out of it; put it there (the folder is the registry's, unless Cambist:SecretsFolder names another)");
        return null;
    }

    static bool LeadsOutside(string name) =>
        name[0] is '/' or '\\' || name.Contains(':', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal) || name.Split('/', '\\').Contains("..");
}
