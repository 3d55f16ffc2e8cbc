namespace Cambist;

/// <summary>
/// A pattern over text: <c>*</c> is any run of characters but <c>/</c>, <c>**</c> any run, everything else itself. The set of
/// places in the pattern where a match may stand is kept in bits and moved on once a character, so nothing is ever tried
/// again and the cost is the value's length, whatever is written in either.
/// </summary>
sealed class TextPattern
{
    readonly string _prefix;
    readonly string _suffix;
    readonly bool _isOneRun;
    readonly int _last;          // the place behind the last middle character
    readonly int _words;
    readonly char[] _alphabet;   // the characters of the middle, once each
    readonly ulong[] _arrivals;  // by character: places that it leads to
    readonly ulong[] _runs;      // places with * or **: they stay on any character but /
    readonly ulong[] _deepRuns;  // places with **: they stay on /

    /// <summary>Reads a pattern that holds at least one <c>*</c>.</summary>
    public TextPattern(string text)
    {
        Text = text;
        var first = text.IndexOf('*', StringComparison.Ordinal);
        _prefix = text[..first];
        _suffix = text[(text.LastIndexOf('*') + 1)..];

        var middle = new List<char>();
        var runs = new List<(int Place, bool IsDeep)>();
        for (var i = first; i < text.Length - _suffix.Length; i++)
        {
            if (text[i] != '*')
                middle.Add(text[i]);
            else if (runs.Count > 0 && runs[^1].Place == middle.Count)
                runs[^1] = (middle.Count, true);
            else
                runs.Add((middle.Count, false));
        }

        _isOneRun = runs.Count == 1;
        _last = middle.Count;
        _words = (_last / 64) + 1;
        _alphabet = [.. middle.Distinct()];
        _arrivals = new ulong[_alphabet.Length * _words];
        for (var i = 0; i < middle.Count; i++) Set(_arrivals.AsSpan(Array.IndexOf(_alphabet, middle[i]) * _words), i + 1);
        _runs = new ulong[_words];
        _deepRuns = new ulong[_words];
        foreach (var (place, isDeep) in runs)
        {
            Set(_runs, place);
            if (isDeep) Set(_deepRuns, place);
        }
    }

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>Whether the whole text fits; case-sensitive.</summary>
    public bool Matches(ReadOnlySpan<char> text) => Matches(text, out _);

    /// <summary>Matches, and says how many words of places were moved on: what the cost is proportional to.</summary>
    internal bool Matches(ReadOnlySpan<char> text, out int steps)
    {
        steps = 0;
        if (text.Length < _prefix.Length + _suffix.Length) return false;
        if (!text.StartsWith(_prefix, StringComparison.Ordinal) || !text.EndsWith(_suffix, StringComparison.Ordinal)) return false;
        var rest = text[_prefix.Length..^_suffix.Length];
        if (_isOneRun) return _deepRuns[0] != 0 || !rest.Contains('/');

        Span<ulong> places = _words <= 8 ? stackalloc ulong[_words] : new ulong[_words];
        places.Clear();
        places[0] = 1;
        foreach (var c in rest)
        {
            steps += _words;
            if (!MoveOn(places, c)) return false;
        }

        return (places[_last / 64] >> (_last % 64) & 1) != 0;
    }

    bool MoveOn(Span<ulong> places, char c)
    {
        var stays = c == '/' ? _deepRuns : _runs;
        var letter = _alphabet.AsSpan().IndexOf(c);
        ulong carried = 0, any = 0;
        for (var i = 0; i < places.Length; i++)
        {
            var now = places[i];
            var next = now & stays[i];
            if (letter >= 0) next |= ((now << 1) | carried) & _arrivals[(letter * _words) + i];
            carried = now >> 63;
            places[i] = next;
            any |= next;
        }

        return any != 0;
    }

    static void Set(Span<ulong> places, int place) => places[place / 64] |= 1UL << (place % 64);
}
