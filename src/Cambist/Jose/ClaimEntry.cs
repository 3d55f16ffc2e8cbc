namespace Cambist;

/// <summary>One value in the flat table of <see cref="Claims"/>. A container is followed by its descendants, depth first.</summary>
internal struct ClaimEntry
{
    /// <summary>Where its JSON text begins.</summary>
    public int Start;

    /// <summary>Length of its JSON text, with quotes or brackets.</summary>
    public int Length;

    /// <summary>Where the name of a member begins in the JSON text; complemented: where it begins among the unescaped bytes.</summary>
    public int NameStart;

    /// <summary>Length of the name.</summary>
    public int NameLength;

    /// <summary>Of a container: the index behind its last descendant. Of an escaped string: where it begins among the unescaped bytes.</summary>
    public int Link;

    /// <summary>Of a container: members or elements. Of an escaped string: its length unescaped.</summary>
    public int Count;

    public ClaimKind Kind;

    /// <summary>Whether a string holds escapes, so that its value lies among the unescaped bytes.</summary>
    public bool IsEscaped;

    public readonly int NextSibling(int index) => Kind is ClaimKind.Array or ClaimKind.Object ? Link : index + 1;

    public readonly ReadOnlySpan<byte> Name(ReadOnlySpan<byte> json, ReadOnlySpan<byte> unescaped) =>
        NameStart < 0 ? unescaped.Slice(~NameStart, NameLength) : json.Slice(NameStart, NameLength);
}
