namespace Cambist;

/// <summary><c>aud</c>: a string or an array of strings (RFC 7519 §4.1.3), and how to walk it.</summary>
internal static class Audience
{
    public static bool IsWellFormed(Claims claims, out Claim aud)
    {
        if (!claims.TryGet("aud"u8, out aud)) return false;
        if (aud.Kind == ClaimKind.String) return true;
        if (aud.Kind != ClaimKind.Array) return false;
        foreach (var item in aud.EnumerateArray())
            if (item.Kind != ClaimKind.String) return false;
        return true;
    }

    public static Values Of(Claim aud) => new(aud);

    /// <summary>The one value there is; null where there are several.</summary>
    public static string? TheOnly(Claim aud)
    {
        string? only = null;
        foreach (var value in Of(aud))
        {
            if (only is not null) return null;
            only = value.GetString();
        }

        return only;
    }

    public static string Describe(Claim aud)
    {
        var values = new List<string>();
        foreach (var claim in Of(aud))
        {
            var value = claim.GetString()!;
            values.Add($"\"{(value.Length <= 128 ? value : Trace.Cut(value, 128))}\"");
        }

        return values.Count == 0 ? "empty" : string.Join(", ", values.Take(5));
    }

    public struct Values(Claim aud)
    {
        readonly bool _isOne = aud.Kind == ClaimKind.String;
        Claim.Elements _items = aud.EnumerateArray();
        bool _isDone;

        public Claim Current { get; private set; }

        public readonly Values GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_isOne)
            {
                if (_isDone) return false;
                _isDone = true;
                Current = aud;
                return true;
            }

            if (!_items.MoveNext()) return false;
            Current = _items.Current;
            return true;
        }
    }
}
