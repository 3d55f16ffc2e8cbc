using System.Globalization;
using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>The <c>sub</c> of a token, and the name it has here (contract: per issuer, never <c>sub</c> alone).</summary>
internal static class SubjectNames
{
    const int LongestSub = 255;

    /// <summary><c>sub</c> as it was sent: a non-empty string of at most 255 characters, none of them a control or format character.</summary>
    public static Denied? Read(Claims claims, out string sub)
    {
        sub = "";
        if (CheckSub(claims) is { } denied) return denied;
        claims.TryGet("sub"u8, out var claim);
        sub = claim.GetString()!;
        return null;
    }

    /// <summary>The same for whoever needs another name than that.</summary>
    public static Denied? CheckSub(Claims claims)
    {
        claims.TryGet("sub"u8, out var claim);
        var sub = claim.Kind == ClaimKind.String ? ClaimText.Read(claim, stackalloc char[LongestSub]) : default;
        return sub.Length is > 0 and <= LongestSub && !HasUnseen(sub)
            ? null
            : new(Reason.SubjectSubMissing, claim.Kind == ClaimKind.Missing ? "sub is missing" : "sub is no string of 1 to 255 printable characters");
    }

    /// <summary>Our name for an external subject; refuses a name that is or could be somebody else's.</summary>
    public static Denied? Map(TrustedIssuer issuer, Claims claims, Registry registry, out string name)
    {
        name = issuer.Subject.Expand(claims) ?? "";
        if (name.Length == 0)
            return new(Reason.SubjectUnmappable, $"issuers.{issuer.Name}.subject is \"{issuer.Subject.Text}\" and the token lacks a claim it names, or has one that is no non-empty string or integer");
        return Check(issuer, name, registry);
    }

    /// <summary>Of a name that its issuer's template gave: whether it is or could be somebody else's.</summary>
    public static Denied? Check(TrustedIssuer issuer, string name, Registry registry)
    {
        if (HasUnseen(name))
            return new(Reason.SubjectUnmappable, $"issuers.{issuer.Name}.subject is \"{issuer.Subject.Text}\" and gives a name with control or format characters");
        if (registry.Clients.ContainsKey(name))
            return new(Reason.SubjectUnmappable, $"the subject maps to \"{name}\", which is a client's id; give issuers.{issuer.Name}.subject a prefix");
        if (!issuer.Subject.IsBare) return null;

        foreach (var other in registry.Issuers.Values)
            if (other.Subject.Prefix.Length > 0 && name.StartsWith(other.Subject.Prefix, StringComparison.Ordinal))
                return new(Reason.SubjectUnmappable, $"the subject maps to \"{name}\", which begins like a subject of issuer {other.Name}");
        return null;
    }

    /// <summary>Characters that show nothing, or turn around what is beside them: with them, one name looks like another wherever people read it.</summary>
    static bool HasUnseen(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format) return true;
        return false;
    }
}
