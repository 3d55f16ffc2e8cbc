using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cambist.Server;

/// <summary>The commands. Exit codes: 0 ok, 1 refused or failed, 2 wrong usage; errors go to stderr in one line that says what to do.</summary>
static class CommandLine
{
    const int WrongUsage = 2;

    /// <summary>
    /// How long a command may take to end when it is told to. More than the host gives requests under way (30 s) and then the upkeep
    /// (5 s): whoever is cut short loses the last counts of failed requests. Whoever has no patience kills it.
    /// </summary>
    internal static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(40);

    public static Task<int> RunAsync(string[] args) => RunAsync(args, Terminal.OfProcess());

    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var root = new RootCommand("Cambist: trades the security token you have for the one you need (OAuth 2.0 Token Exchange, RFC 8693).")
        {
            ServeCommand.Create(),
            CheckCommand.Create(terminal),
            InspectCommand.Create(terminal),
            ExplainCommand.Create(terminal),
            ExchangeCommand.Create(terminal),
            ReachCommand.Create(terminal),
            ReplayCommand.Create(terminal),
            NewCommand.Create(terminal),
            DemoCommand.Create(),
            KeysCommand.Create(terminal),
        };

        // @FILE holds a token here, not more arguments
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var what = parsed.UnmatchedTokens.Count == 0 ? string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                : IsLong(parsed.UnmatchedTokens[0]) ? "there is an argument too many (it is not shown, for it may be a token: those are given as @FILE, or - for standard input)."
                : $"'{parsed.UnmatchedTokens[0]}' is not known here.";
            await terminal.Error.WriteLineAsync($"cambist: {what} Try: {PathOf(parsed.CommandResult)} --help");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = ToEnd, Output = terminal.Output, Error = terminal.Error });
        }
        catch (FailedException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("Ended before it was done, as it was told to.");
            return 1;
        }
    }

    // a word that somebody mistyped is echoed; what may be a token or a secret is not
    static bool IsLong(string text) => text.Length > 40;

    static string PathOf(CommandResult command) =>
        command is { Command: not RootCommand, Parent: CommandResult parent } ? $"{PathOf(parent)} {command.Command.Name}" : "cambist";
}

/// <summary>A failure that is the user's to mend; the message says how, in a line or a line for each error.</summary>
sealed class FailedException(string message) : Exception(message);
