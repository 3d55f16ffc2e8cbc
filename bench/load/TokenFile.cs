namespace Cambist.LoadBench;

/// <summary>Tokens to send: one a line, all of one length.</summary>
/// <param name="path">Where they are, or will be.</param>
/// <param name="count">How many of them are used.</param>
sealed class TokenFile(string path, int count)
{
    readonly Dictionary<Server, int> _next = [];

    public string Path => path;
    public int Count => count;

    /// <summary>The first of them.</summary>
    public string First => File.ReadLines(path).First();

    /// <summary>Where a server's next tokens begin: it gets each of them again only after all the others.</summary>
    public int NextFor(Server server) => _next.GetValueOrDefault(server);

    /// <summary>So many more may have been sent to a server.</summary>
    public void Sent(Server server, int tokens) => _next[server] = (NextFor(server) + tokens) % count;
}
