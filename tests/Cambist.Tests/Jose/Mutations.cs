using System.Text;

namespace Cambist.Tests.Jose;

/// <summary>The same hostile variations on each run: a generator with a seed, and what it does to bytes.</summary>
sealed class Mutations(ulong seed)
{
    static readonly string[] Fragments =
    [
        "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "\\u0073ub", "\\/", "\\\"", "\\\\", "\\n", "\\x", "\\u12", "é", "😀", "\u007f", "\u2028",
        "\"sub\":\"x\",", ",\"sub\":1", "\"s\\u0075b\":2,", "{\"a\":1}", "{\"a\":1,\"a\":2}", "[[[[", "]]]]", "{\"b\":{", "}}", "null", "true", "false", "NaN",
        "1e400", "-0", "1.5", "1E+3", "0.1e-7", "01", "-", ".", "12345678901234567890", "9223372036854775807", "\"", ",", ":", "{", "}", "[", "]", " ", "\t", "/**/",
    ];

    ulong _state = seed;

    // SplitMix64.
    ulong Next64()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Next(int limit) => (int)(Next64() % (ulong)limit);

    public T Pick<T>(IReadOnlyList<T> of) => of[Next(of.Count)];

    /// <summary>One to three changes somewhere in the text.</summary>
    public byte[] Of(byte[] text)
    {
        for (var left = 1 + Next(3); left > 0; left--) text = Once(text);
        return text;
    }

    byte[] Once(byte[] text)
    {
        if (text.Length == 0) return [(byte)Next(256)];
        var at = Next(text.Length);
        var length = Math.Min(1 + Next(12), text.Length - at);
        switch (Next(8))
        {
            case 0: return [.. text[..at], (byte)(text[at] ^ (1 << Next(8))), .. text[(at + 1)..]];
            case 1: return [.. text[..at], .. text[(at + length)..]];
            case 2: return [.. text[..(at + length)], .. text[at..]]; // a piece twice
            case 3: return [.. text[..at], (byte)Next(256), .. text[at..]];
            case 4: return Swap(text, at, Next(text.Length));
            case 5: return [.. text[..at], (byte)(0x20 + Next(0x5F)), .. text[(at + 1)..]];
            default: return [.. text[..at], .. Encoding.UTF8.GetBytes(Pick(Fragments)), .. text[at..]];
        }
    }

    static byte[] Swap(byte[] text, int a, int b)
    {
        var swapped = text.ToArray();
        (swapped[a], swapped[b]) = (swapped[b], swapped[a]);
        return swapped;
    }

    /// <summary>A JSON value that is right by construction but for lone surrogates and duplicates now and then.</summary>
    public string Json(int depth)
    {
        switch (Next(depth > 0 ? 9 : 7))
        {
            case 0: return Pick(["null", "true", "false"]);
            case 1: return Pick(["0", "-0", "1.0", "1e3", "-1.5E-2", "1700000000", "9223372036854775808", "0.30000000000000004", "1e-400", "4711"]);
            case 7: return "[" + string.Join(',', Enumerable.Range(0, Next(5)).Select(_ => Json(depth - 1))) + "]";
            case 8: return Object(depth);
            default: return String();
        }
    }

    public string Object(int depth) =>
        "{" + string.Join(Pick([",", " , ", ",\n"]), Enumerable.Range(0, Next(8)).Select(_ => $"{Name()}{Pick([":", ": ", "\t:"])}{Json(depth - 1)}")) + "}";

    string Name() => Pick(["\"sub\"", "\"iss\"", "\"a.b\"", "\"\"", "\"é\"", "\"\\u00e9\"", $"\"m{Next(1000)}\"", $"\"m{Next(1000)}\"", String()]);

    string String()
    {
        var text = new StringBuilder("\"");
        for (var left = Next(6); left > 0; left--)
            text.Append(Next(12) switch
            {
                0 => "\\n",
                1 => "\\/",
                2 => "\\u00E9",
                3 => "\\ud83d\\ude00",
                4 => "é",
                5 => "😀",
                6 => Next(10) == 0 ? "\\ud83d" : "\\\\",
                _ => $"{(char)('a' + Next(26))}",
            });
        return text.Append('"').ToString();
    }
}
