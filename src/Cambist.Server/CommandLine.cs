using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cambist.Server;

/// <summary>The commands. Exit codes: 0 ok, 1 refused or failed, 2 wrong usage; errors go to stderr in one line that says what to do.</summary>
static class CommandLine
{
    const int WrongUsage = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Cambist: trades the security token you have for the one you need (OAuth 2.0 Token Exchange, RFC 8693).")
        {
            ServeCommand.Create(),
            DemoCommand.Create(),
            NewCommand.Create(),
            KeysCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            var what = parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is not known here." : parsed.Errors[0].Message;
            await Console.Error.WriteLineAsync($"cambist: {what} Try: {PathOf(parsed.CommandResult)} --help");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (FailedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    static string PathOf(CommandResult command) =>
        command is { Command: not RootCommand, Parent: CommandResult parent } ? $"{PathOf(parent)} {command.Command.Name}" : "cambist";
}

/// <summary>A failure that is the user's to mend; the message says how, in a line or a line for each error.</summary>
sealed class FailedException(string message) : Exception(message);
