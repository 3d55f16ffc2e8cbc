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
    const int Minted = 200_000;
    const int Own = 50_000;

    /// <summary>Makes those that are not ours; the files of ours are made later, by exchanges.</summary>
    public static async Task<Tokens> MintAsync(CancellationToken cancellationToken) => new(
        await MintAsync("login", "rs", "id", Minted, cancellationToken),
        await MintAsync("modern", "es", "id", Minted, cancellationToken),
        await MintAsync("partner", "rs", "chain", Own, cancellationToken),
        new(Path.Combine(Folders.Work, "own-jwt.txt"), Own),
        new(Path.Combine(Folders.Work, "own-opaque.txt"), Own));

    static async Task<MintedTokens> MintAsync(string name, string algorithm, string kind, int count, CancellationToken cancellationToken)
    {
        var folder = Folders.Make($"tokens-{name}"); // one key in each: a bare loop takes the one it finds
        var issuer = $"https://{name}.bench.example";
        await Command.OutputAsync(Core.OnBoth(["dotnet", Folders.Published("mint", "mint.dll"), $"{count}", folder, issuer, Request.Client, algorithm, kind]), cancellationToken);
        return new(issuer, Path.Combine(folder, "jwks.json"), new(Path.Combine(folder, $"tokens-{algorithm}-{kind}.txt"), count));
    }
}
