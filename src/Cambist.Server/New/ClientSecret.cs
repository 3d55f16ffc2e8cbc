using System.Security.Cryptography;
using System.Text;

namespace Cambist.Server;

/// <summary>A client secret as <c>cambist new secret</c> prints it, its hash below it, and as people keep that in a file.</summary>
static class ClientSecret
{
    const int Bytes = 32;
    const string SecretLabel = "secret  ";
    const string HashLabel = "sha256  ";

    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The two lines.</summary>
    public static string Printed(string secret) => $"{SecretLabel}{secret}{Environment.NewLine}{HashLabel}{HashOf(secret)}";

    /// <summary>The secret of a file: of the two lines, where these are all it holds and fit each other; else the whole text, which is one line.</summary>
    /// <exception cref="FailedException">There are more lines, and not those two.</exception>
    public static string Of(string text)
    {
        if (text.Split('\n') is [var first, var second] && OfPrinted(first.TrimEnd('\r'), second) is { } printed) return printed;
        return text.Any(char.IsControl)
            ? throw new FailedException("the client secret has several lines or control characters, and is not the two lines that cambist new secret prints; give a file that holds the secret alone")
            : text;
    }

    static string? OfPrinted(string first, string second)
    {
        if (!first.StartsWith(SecretLabel, StringComparison.Ordinal)) return null;
        var secret = first[SecretLabel.Length..];
        return secret.Length == 2 * Bytes && secret.All(char.IsAsciiHexDigitLower) && second == HashLabel + HashOf(secret) ? secret : null;
    }
}
