using System.Numerics;

namespace Cambist;

/// <summary>What can be seen of a bad RSA modulus without factoring it.</summary>
internal static class RsaModulus
{
    // Primes up to 167 without 2: those whose remainders give away keys of the flawed generator of CVE-2017-15361 ("ROCA").
    static readonly int[] Primes =
    [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
        127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];

    /// <summary>Length of a big-endian number without leading zero octets.</summary>
    public static int Bits(ReadOnlySpan<byte> modulus) => modulus.Length * 8 - BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;

    /// <summary>Why a modulus is weak, or null.</summary>
    public static string? Weakness(ReadOnlySpan<byte> modulus)
    {
        if ((modulus[^1] & 1) == 0) return "its modulus is even";
        var looksLikeRoca = true;
        foreach (var prime in Primes)
        {
            var remainder = Remainder(modulus, prime);
            if (remainder == 0) return $"its modulus is divisible by {prime}";
            looksLikeRoca = looksLikeRoca && IsPowerOf65537(remainder, prime);
        }

        // Of sound moduli, one in 200 million shows such remainders too.
        return looksLikeRoca ? "its modulus comes from a flawed generator and can be factored (CVE-2017-15361)" : null;
    }

    // The flawed generator takes primes of the form k * M + (65537^a mod M), with M the product of all small primes.
    static bool IsPowerOf65537(int remainder, int prime)
    {
        var power = 1;
        do
        {
            if (power == remainder) return true;
            power = power * (65537 % prime) % prime;
        }
        while (power != 1);

        return false;
    }

    static int Remainder(ReadOnlySpan<byte> number, int divisor)
    {
        var remainder = 0;
        foreach (var octet in number) remainder = (remainder * 256 + octet) % divisor;
        return remainder;
    }
}
