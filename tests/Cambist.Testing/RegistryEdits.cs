using System.Security.Cryptography;
using System.Text;

namespace Cambist.Testing;

/// <summary>Edits the registry of a running server, as people and machines do.</summary>
public static class RegistryEdits
{
    /// <summary>
    /// Rewrites the registry at once, as a rename does, and waits until the new text is in force or was refused.
    /// <paramref name="edit"/> gets the text on disk.
    /// </summary>
    public static async Task EditRegistryAsync(this TestServer server, Func<string, string> edit)
    {
        var text = edit(await File.ReadAllTextAsync(server.RegistryFile));
        Replace(server.RegistryFile, text);
        var revision = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        await server.WhenAsync(() => (server.Engine.Registry.Refused is { } refused ? refused.Revision : server.Engine.Registry.Current.Revision) == revision);
    }

    /// <summary>Rewrites the registry by replacing a text that must be in it.</summary>
    public static Task EditRegistryAsync(this TestServer server, string old, string now) => server.EditRegistryAsync(text =>
        text.Contains(old, StringComparison.Ordinal) ? text.Replace(old, now, StringComparison.Ordinal) : throw new InvalidOperationException($"The registry has no {old}."));

    /// <summary>Rewrites a file that the registry names, and waits until a registry with it is in force.</summary>
    public static async Task EditFileAsync(this TestServer server, string name, string content)
    {
        var before = server.Engine.Registry.Current;
        Replace(Path.Combine(server.Folder, name), content);
        await server.WhenAsync(() => server.Engine.Registry.Current != before);
    }

    /// <summary>
    /// Waits until something has come about, at most 30 s; a clock that is moved by hand is moved on second by second.
    /// </summary>
    public static async Task WhenAsync(this TestServer server, Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            if (tries > 15_000) throw new TimeoutException("It has not come about.");
            if (server.Clock is FakeClock { PendingTimers: > 0 } clock) clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2);
        }
    }

    /// <summary>Lets the server look at its registry so many times, to the end of the last: for what must not come about.</summary>
    public static async Task LookAsync(this TestServer server, int times)
    {
        var clock = server.Clock as FakeClock ?? throw new InvalidOperationException("That would take its time by the machine's clock.");
        await UpkeepWaitsAsync();
        for (var i = 0; i < times; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await UpkeepWaitsAsync();
        }

        // Its one timer is the only one where no key is being fetched.
        async Task UpkeepWaitsAsync()
        {
            while (clock.PendingTimers == 0) await Task.Delay(1);
        }
    }

    /// <summary>Writes a file beside its name and moves it there.</summary>
    public static void Replace(string path, string content)
    {
        File.WriteAllText(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }
}
