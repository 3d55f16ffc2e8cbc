using System.Text.RegularExpressions;

namespace Cambist.Server.Tests.Durability;

/// <summary>
/// Reads what <c>strace -f -y</c> wrote of a server that got one exchange at a time. strace holds a process at the entry and at
/// the exit of each call, so a call whose end stands before another's beginning had ended before that one was made.
/// </summary>
static partial class SystemCallTrace
{
    /// <summary>Calls that a trace must hold.</summary>
    public const string Calls = "fsync,fdatasync,pwrite64,pwritev,write,writev,read,readv,recvfrom,recvmsg,sendto,sendmsg";

    /// <summary>How many tokens were sent, and for each that was sent too early what was missing.</summary>
    public static (int Tokens, List<string> Faults) Read(IEnumerable<string> lines)
    {
        var (tokens, faults) = (0, new List<string>());
        var beginnings = new Dictionary<string, (string Call, int Writes)>(); // by thread
        var (asked, writesBefore, writes, synced) = (false, 0, 0, 0);
        foreach (var line in lines)
        {
            if (Line().Match(line) is not { Success: true } match) continue;
            var (thread, text) = (match.Groups["thread"].Value, match.Groups["text"].Value);
            var isResumed = text.StartsWith("<... ", StringComparison.Ordinal);
            var isUnfinished = text.EndsWith("<unfinished ...>", StringComparison.Ordinal);
            if (!isResumed)
            {
                beginnings[thread] = (text, writes);
                if (IsSend(text) && text.Contains("HTTP/1.1 200", StringComparison.Ordinal) && text.Contains("access_token", StringComparison.Ordinal))
                {
                    tokens++;
                    if (!asked) faults.Add($"no request came before: {line}");
                    else if (writes == writesBefore) faults.Add($"nothing was written to the WAL before: {line}");
                    else if (synced != writes) faults.Add($"what was written to the WAL was not synced before: {line}");
                    asked = false;
                }
            }

            if (isUnfinished || !beginnings.Remove(thread, out var begun)) continue;
            if (IsReceive(begun.Call) && (begun.Call + text).Contains("POST /token", StringComparison.Ordinal)) (asked, writesBefore) = (true, writes);
            if (IsOnWal(begun.Call, "pwrite64", "pwritev", "write", "writev")) writes++;
            if (IsOnWal(begun.Call, "fsync", "fdatasync") && text.EndsWith(" = 0", StringComparison.Ordinal)) synced = begun.Writes;
        }

        return (tokens, faults);
    }

    static bool IsSend(string call) => Is(call, "sendto", "sendmsg", "write", "writev");

    static bool IsReceive(string call) => Is(call, "recvfrom", "recvmsg", "read", "readv");

    static bool Is(string call, params string[] names) => names.Any(name => call.StartsWith(name + "(", StringComparison.Ordinal));

    static bool IsOnWal(string call, params string[] names) => Is(call, names) && Wal().IsMatch(call);

    [GeneratedRegex(@"^(?<thread>\d+)\s+[\d.]+\s+(?<text>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();

    [GeneratedRegex(@"^\w+\(\d+<[^>]*\.db-wal>")]
    private static partial Regex Wal();
}
