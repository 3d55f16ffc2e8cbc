using System.CommandLine;

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
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"cambist: {parsed.Errors[0].Message} Try: cambist {parsed.CommandResult.Command.Name.Replace("Cambist.Server", "", StringComparison.Ordinal)} --help");
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
}

/// <summary>A failure that is the user's to mend; the message says how, in a line or a line for each error.</summary>
sealed class FailedException(string message) : Exception(message);
