using System.Buffers;

namespace Cambist.Testing;

/// <summary>What looks like a token or a private key by itself.</summary>
static class SecretShapes
{
    const int OpaqueLength = 43; // 256 bits in base64url

    static readonly SearchValues<byte> Base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    static readonly byte[][] OpaquePrefixes = ["cbt_"u8.ToArray(), "cbr_"u8.ToArray(), "sub_"u8.ToArray()];

    static readonly byte[][] PrivateMembers = ["\"d\":\""u8.ToArray(), "\"k\":\""u8.ToArray(), "\"d\": \""u8.ToArray(), "\"k\": \""u8.ToArray()];

    public static string? Find(ReadOnlySpan<byte> text)
    {
        if (Holds(text, "eyJ"u8, IsJwt)) return "a JWT";
        foreach (var prefix in OpaquePrefixes)
            if (Holds(text, prefix, static rest => Run(rest) >= OpaqueLength)) return "an opaque token of ours";
        foreach (var member in PrivateMembers)
            if (Holds(text, member, static rest => Run(rest) >= 20)) return "a private JWK";
        return text.IndexOf("PRIVATE KEY"u8) >= 0 ? "a private key" : null;
    }

    delegate bool Continues(ReadOnlySpan<byte> rest);

    static bool Holds(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start, Continues continues)
    {
        for (int at; (at = text.IndexOf(start)) >= 0; text = text[(at + start.Length)..])
            if (continues(text[(at + start.Length)..])) return true;
        return false;
    }

    /// <summary>Header and payload of a JWT both begin with <c>{"</c>; three letters alone turn up in random ids.</summary>
    static bool IsJwt(ReadOnlySpan<byte> rest)
    {
        var header = Run(rest);
        return header > 0 && rest[header..].StartsWith(".eyJ"u8);
    }

    static int Run(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(Base64Url) is var end && end < 0 ? text.Length : end;
}
