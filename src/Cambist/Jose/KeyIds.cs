using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary><c>kid</c> (RFC 7515 §4.1.4, RFC 7517 §4.5): an opaque string, only ever compared. 1 to 256 characters, no control characters.</summary>
internal static class KeyIds
{
    public static bool TryRead(Claim claim, [NotNullWhen(true)] out string? keyId)
    {
        keyId = claim.GetString();
        if (keyId is { Length: > 0 and <= 256 } && !HasControlCharacter(keyId)) return true;
        keyId = null;
        return false;
    }

    static bool HasControlCharacter(string text)
    {
        foreach (var character in text)
            if (char.IsControl(character)) return true;
        return false;
    }
}
