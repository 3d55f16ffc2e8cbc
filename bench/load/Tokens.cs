namespace Cambist.LoadBench;

/// <summary>Tokens of somebody else's, minted for this run.</summary>
/// <param name="Issuer">Who has issued them.</param>
/// <param name="Keys">The file with its public key.</param>
/// <param name="File">The tokens.</param>
sealed record MintedTokens(string Issuer, string Keys, TokenFile File);

/// <summary>All that is sent as a token.</summary>
/// <param name="Login">RS256 ID tokens.</param>
/// <param name="Modern">ES256 ID tokens.</param>
/// <param name="Partner">RS256 access tokens that went through two hands already.</param>
/// <param name="OwnJwt">JWTs that Cambist has issued.</param>
/// <param name="OwnOpaque">Opaque tokens that Cambist has issued.</param>
sealed record Tokens(MintedTokens Login, MintedTokens Modern, MintedTokens Partner, TokenFile OwnJwt, TokenFile OwnOpaque)
{
    /// <summary>Makes those that are not ours; the files of ours are made later, by exchanges.</summary>
    /// <param name="isQuick">Makes fewer, which are still several times more than the server remembers of verified tokens (4,096, and the ends of 16,384).</param>
    public static async Task<Tokens> MintAsync(bool isQuick, CancellationToken cancellationToken)
    {
        var (many, own) = isQuick ? (80_000, 60_000) : (200_000, 100_000);
        return new(
            await MintAsync("login", "rs", "id", many, cancellationToken),
            await MintAsync("modern", "es", "id", many, cancellationToken),
            await MintAsync("partner", "rs", "chain", own, cancellationToken),
            new(Path.Combine(Folders.Work, "own-jwt.txt"), own),
            new(Path.Combine(Folders.Work, "own-opaque.txt"), own));
    }

    static async Task<MintedTokens> MintAsync(string name, string algorithm, string kind, int count, CancellationToken cancellationToken)
    {
        var folder = Folders.Make($"tokens-{name}"); // one key in each: a bare loop takes the one it finds
        var issuer = $"https://{name}.bench.example";
        await Command.OutputAsync(Core.OnBoth(["dotnet", Folders.Published("mint", "mint.dll"), $"{count}", folder, issuer, Request.Client, algorithm, kind]), cancellationToken);
        return new(issuer, Path.Combine(folder, "jwks.json"), new(Path.Combine(folder, $"tokens-{algorithm}-{kind}.txt"), count));
    }
}
