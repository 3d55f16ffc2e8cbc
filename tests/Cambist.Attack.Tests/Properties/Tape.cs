using FsCheck;
using FsCheck.Fluent;

namespace Cambist.Attack.Tests.Properties;

/// <summary>
/// Random choices, made before they are needed: what is built is a function of the tape, and 0 is always the simplest choice, so
/// that a failing case is shrunk by writing zeros over parts of its tape, whatever was built of it.
/// </summary>
sealed class Tape(int[] choices)
{
    const int Length = 700;
    int _at;

    /// <summary>The tape itself, for the message of a failure.</summary>
    public override string ToString() => string.Join(' ', choices);

    /// <summary>A number below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (_at < choices.Length ? choices[_at++] : 0) % limit;

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool Once(int times) => Below(times) == times - 1;

    public T One<T>(IReadOnlyList<T> of) => of[Below(of.Count)];

    /// <summary>Some of them, in their order; at least <paramref name="least"/>.</summary>
    public T[] Some<T>(IReadOnlyList<T> of, int least = 0)
    {
        if (of.Count == 0) return [];
        var mask = Below(1 << of.Count);
        T[] some = [.. of.Where((_, i) => (mask & (1 << i)) != 0)];
        return some.Length >= least ? some : [.. of.Take(least)];
    }

    public static Arbitrary<int[]> Any() => Arb.From(Gen.ArrayOf(Gen.Choose(0, 9999), Length), Simpler);

    static IEnumerable<int[]> Simpler(int[] tape)
    {
        for (var chunk = 64; chunk >= 1; chunk /= 4)
        {
            for (var at = 0; at < tape.Length; at += chunk)
            {
                var end = Math.Min(at + chunk, tape.Length);
                if (!tape.AsSpan(at, end - at).ContainsAnyExcept(0)) continue;
                var simpler = (int[])tape.Clone();
                simpler.AsSpan(at, end - at).Clear();
                yield return simpler;
            }
        }
    }
}
