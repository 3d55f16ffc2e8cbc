using System.CommandLine.Parsing;
using System.Text;

namespace Cambist.Server;

/// <summary>
/// Tokens and secrets are given as <c>@FILE</c>, or <c>-</c> for standard input, so that they stay out of process lists and
/// shell histories. Written out they are refused, and not repeated.
/// </summary>
static class GivenText
{
    /// <summary>The most that is read: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Whether an argument says where to read.</summary>
    public static bool IsPlace(string argument) => argument == "-" || (argument.Length > 1 && argument[0] == '@');

    /// <summary>For the validators of arguments and options: anything else is wrong usage.</summary>
    public static void MustBePlace(SymbolResult symbol, string what)
    {
        if (symbol.Tokens is [{ Value: var value }] && !IsPlace(value))
            symbol.AddError($"{what} is given as @FILE, or - for standard input, so that it stays out of process lists (what was written here is not shown).");
    }

    /// <summary>Reads the text, without white space around it.</summary>
    /// <exception cref="FailedException">There is no such file, it is too long, or no text.</exception>
    public static async Task<string> ReadAsync(string argument, string what, Terminal terminal, CancellationToken cancellationToken)
    {
        var place = argument == "-" ? "standard input" : argument[1..];
        try
        {
            await using var stream = argument == "-" ? terminal.Input : File.OpenRead(place);
            var content = new byte[MaxBytes + 1];
            var length = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
            if (length > MaxBytes) throw new FailedException($"{place} holds more than 1 MiB; that is no {what}. Give the {what} alone");
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content, 0, length).Trim('\uFEFF', ' ', '\t', '\r', '\n');
            return text.Length > 0 ? text : throw new FailedException($"{place} holds no {what}: it is empty");
        }
        catch (DecoderFallbackException)
        {
            throw new FailedException($"{place} is no text; save the {what} as plain text");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FailedException($"there is no file \"{place}\", where the {what} should be; see its name, and the working folder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FailedException($"{place} cannot be read; see its permissions, and that it is a file");
        }
    }
}
