namespace Cambist;

/// <summary>Tells files apart from what only looks like one, by name: to open a named pipe waits for its writer, for ever.</summary>
static class PlainFile
{
    /// <summary>
    /// Whether the file at the end of all links has no bytes, as pipes, sockets and devices say of themselves: nothing of it is worth
    /// opening. Not so for an unnamed pipe (<c>/dev/stdin</c>, <c>/dev/fd/3</c>), which leads to no name.
    /// </summary>
    /// <exception cref="IOException">Its links lead in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static bool IsEmptyOrSpecial(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null) file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        return file is { Exists: true, Length: 0 };
    }
}
