using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist new issuer</c>: an issuer and a first rule, made from what a provider and one of its tokens say.</summary>
static class NewIssuerCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What the registry calls it, such as github or login." };
        name.Validators.Add(argument =>
        {
            if (argument.Tokens is [{ Value: var text }] && NameFault(text) is { } fault) argument.AddError($"'{PrintableText.Of(text)}' {fault}.");
        });
        var source = new Argument<string>("URL|@TOKEN") { Description = "The provider's issuer URL, whose discovery document is fetched; or one of its tokens, @FILE or - for standard input, which goes nowhere." };
        source.Validators.Add(argument =>
        {
            if (argument.Tokens is [{ Value: var text }] && !IsUrl(text)) GivenText.MustBePlace(argument, "A provider is given as its URL; a token");
        });
        var sample = new Option<string?>("--token") { Description = "One of the provider's tokens, beside the URL: @FILE, or - for standard input.", HelpName = "@FILE" };
        sample.Validators.Add(option => GivenText.MustBePlace(option, "A token"));
        var command = new Command("issuer", """
            An issuer and a first rule for the registry, with a comment on each line. A sample token says which kind it is, whom it
            is for, and which of its claims never change; it is not verified, and never sent anywhere.
            For example: cambist new issuer login https://login.example.com --token @id-token.txt
            """) { name, source, sample };
        command.Validators.Add(all =>
        {
            if (all.GetResult(sample) is not null && all.GetResult(source)?.Tokens is [{ Value: var first }] && !IsUrl(first))
                all.AddError("Two tokens are given; give the provider's URL with --token, or one token alone.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (from, token) = (parsed.GetValue(source)!, parsed.GetValue(sample));
            terminal.Output.Write(IsUrl(from)
                ? await WriteAsync(terminal, parsed.GetValue(name)!, from, token, cancellationToken)
                : await WriteAsync(terminal, parsed.GetValue(name)!, null, from, cancellationToken));
            return 0;
        });
        return command;
    }

    static async Task<string> WriteAsync(Terminal terminal, string name, string? url, string? token, CancellationToken cancellationToken)
    {
        var allowHttp = ServerSettings.Read(SettingsSources.OfCommands()).AllowHttp;
        var sample = token is null ? null : SampleToken.Of(DecodedToken.Parse(await GivenText.ReadAsync(token, "token", terminal, cancellationToken)), allowHttp);
        var provider = url is null ? null : await ProviderDocument.FetchAsync(url, allowHttp, cancellationToken);
        if (sample is not null && provider is not null && sample.Issuer != provider.Issuer)
            throw new FailedException($"the token is of {PrintableText.Of(sample.Issuer)}, and the provider says it is {provider.Issuer}; give the URL that the token's iss holds, or a token of this provider");

        var issuer = provider?.Issuer ?? sample!.Issuer;
        return IssuerText.Write(name, issuer, TokenShapes.Of(issuer, sample), sample, provider);
    }

    static bool IsUrl(string text) => text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    static string? NameFault(string name) =>
        name.Length is 0 or > 100 || !char.IsAsciiLetter(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            ? "is no name for an issuer; begin with a letter, and use letters, digits, - and _"
            : ReservedNames.All.Contains(name) ? "means something of its own in the registry; choose another name" : null;
}
