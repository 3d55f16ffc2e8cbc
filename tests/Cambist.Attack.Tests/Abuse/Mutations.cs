namespace Cambist.Attack.Tests.Abuse;

/// <summary>Small changes to bytes, as a structured fuzzer makes them: the same ones for the same seed.</summary>
sealed class Mutations(int seed)
{
    static readonly string[] Interesting =
    [
        "&", "=", "%", "%00", "%zz", "+", "\0", "\"", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e400", "99999999999999999999", ".", "..", "~",
        "\u00ff", "\u0080", "&scope=", "&audience=billing", "&subject_token=", "&client_id=orders", "&actor_token=x&actor_token_type=x", "&requested_token_type=", "&resource=", "\r\n", " ", "\t", "alg", "none", "crit",
        "\"sub\":\"victim\",", "\"act\":{\"sub\":\"x\"},", "\"cnf\":{},", "\"scope\":\"write\",", "\"aud\":\"web\",", "\"may_act\":{},", "\"iss\":\"x\",", "\"exp\":1e12,", "*", "#", "/", "//", "\uFEFF",
    ];

#pragma warning disable RS0030, CA5394 // the same changes in every run
    readonly Random _random = new(seed);
#pragma warning restore RS0030

    public int Next(int below) => _random.Next(below);
#pragma warning restore CA5394

    bool _hasBegun;

    /// <summary>One to three changes; none the first time, to see that what is changed afterwards is honest.</summary>
    public byte[] Change(byte[] bytes)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            return bytes;
        }

        for (var left = 1 + Next(3); left > 0; left--) bytes = Once(bytes);
        return bytes;
    }

    byte[] Once(byte[] bytes)
    {
        if (bytes.Length == 0) return [(byte)Next(256)];
        var at = Next(bytes.Length);
        var end = Math.Min(bytes.Length, at + 1 + Next(24));
        switch (Next(8))
        {
            case 0: // a bit
                bytes = [.. bytes];
                bytes[at] ^= (byte)(1 << Next(8));
                return bytes;
            case 1: // a byte
                bytes = [.. bytes];
                bytes[at] = (byte)Next(256);
                return bytes;
            case 2: // left out
                return [.. bytes[..at], .. bytes[end..]];
            case 3: // said twice
                return [.. bytes[..end], .. bytes[at..]];
            case 4: // cut off
                return bytes[..at];
            case 5: // moved
                return [.. bytes[..at], .. bytes[end..], .. bytes[at..end]];
            default:
                return [.. bytes[..at], .. System.Text.Encoding.Latin1.GetBytes(Interesting[Next(Interesting.Length)]), .. bytes[at..]];
        }
    }
}
