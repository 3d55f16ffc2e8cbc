namespace Cambist;

/// <summary>
/// Where the registry comes from, again and again. Asked by one thread at a time. What is wrong with a document, or that there
/// is none, is a finding and no exception.
/// </summary>
public interface IRegistryLoader
{
    /// <summary>Reads and compiles the document as it is now, with the files it names.</summary>
    LoadedRegistry Load();

    /// <summary>Compiles a text the store has kept, with the files it names as they are now.</summary>
    /// <param name="name">What to call it in messages, after the document's own name.</param>
    /// <param name="text">YAML or JSON.</param>
    LoadedRegistry Compile(string name, string text);

    /// <summary>The <c>issuer</c> that a text says, whether or not the rest of it can be used; null where it says none.</summary>
    string? IssuerOf(string text) => null;

    /// <summary>Whether anything that was read since the last <see cref="Load"/> began reads otherwise now. Asked each second: cheap where nothing has.</summary>
    bool HasChanged();
}
