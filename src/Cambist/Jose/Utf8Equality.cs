using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Cambist;

/// <summary>Ordinal comparison of UTF-8 with UTF-16, without allocating.</summary>
internal static class Utf8Equality
{
    const int OnStack = 512;

    public static bool Equals(ReadOnlySpan<byte> utf8, ReadOnlySpan<char> text)
    {
        // Text that is not ASCII is longer in UTF-8, so equal lengths leave ASCII alone to be compared.
        if (utf8.Length == text.Length) return Ascii.Equals(utf8, text);
        return utf8.Length > text.Length && utf8.Length <= text.Length * 3 && EqualsTranscoded(utf8, text);
    }

    static bool EqualsTranscoded(ReadOnlySpan<byte> utf8, ReadOnlySpan<char> text)
    {
        var rented = utf8.Length > OnStack ? ArrayPool<byte>.Shared.Rent(utf8.Length) : null;
        Span<byte> buffer = rented is null ? stackalloc byte[OnStack] : rented;
        var status = Utf8.FromUtf16(text, buffer[..utf8.Length], out _, out var written, replaceInvalidSequences: false);
        var equal = status == OperationStatus.Done && buffer[..written].SequenceEqual(utf8);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return equal;
    }
}
