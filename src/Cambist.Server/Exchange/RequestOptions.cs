using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cambist.Server;

/// <summary>The options that say which exchange is meant: of <c>exchange</c>, which asks for it, and of <c>explain</c>, which does not.</summary>
sealed class RequestOptions
{
    public Option<string?> Client { get; } = new("--client") { Description = "The client's id.", HelpName = "ID" };

    public Option<string?> SubjectToken { get; } = Token("--subject-token", "The token to exchange: @FILE, or - for standard input.");

    public Option<string?> SubjectTokenType { get; } = Type("--subject-token-type", "What it is: access_token, id_token, jwt, refresh_token, impersonation_token, or a URI.");

    public Option<string?> ActorToken { get; } = Token("--actor-token", "The token of who acts for the subject: @FILE, or - for standard input.");

    public Option<string?> ActorTokenType { get; } = Type("--actor-token-type", "What that one is.");

    public Option<string[]> Resource { get; } = new("--resource") { Description = "The API that the new token is for, as a URI; may be repeated.", HelpName = "URI" };

    public Option<string[]> Audience { get; } = new("--audience") { Description = "The same by its name; may be repeated.", HelpName = "NAME" };

    public Option<string[]> Scope { get; } = new("--scope") { Description = "Scopes to ask for, separated by spaces; may be repeated.", HelpName = "SCOPE" };

    public Option<string?> RequestedTokenType { get; } = Type("--requested-token-type", "What to ask for, where it is not an access token.");

    public IReadOnlyList<Option> All => [Client, SubjectToken, SubjectTokenType, ActorToken, ActorTokenType, Resource, Audience, Scope, RequestedTokenType];

    /// <summary>Adds them, and says no to what cannot be a request (RFC 8693 §2.1).</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All) command.Add(option);
        command.Validators.Add(all =>
        {
            if (IsGiven(all, ActorToken) != IsGiven(all, ActorTokenType)) all.AddError("--actor-token and --actor-token-type go together.");
            if (all.Children.OfType<OptionResult>().Count(option => option.Tokens is [{ Value: "-" }]) > 1) all.AddError("Standard input can be read for one option alone; give the others as @FILE.");
        });
    }

    public static bool IsGiven(CommandResult all, Option option) => all.GetResult(option) is { Implicit: false };

    public async Task<RequestedExchange> ReadAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var scope = string.Join(' ', parsed.GetValue(Scope) ?? []);
        return new(
            parsed.GetValue(Client),
            await GivenText.ReadAsync(parsed.GetValue(SubjectToken)!, "subject token", terminal, cancellationToken),
            TokenTypeNames.Urn(parsed.GetValue(SubjectTokenType)!))
        {
            ActorToken = parsed.GetValue(ActorToken) is { } actor ? await GivenText.ReadAsync(actor, "actor token", terminal, cancellationToken) : null,
            ActorTokenType = parsed.GetValue(ActorTokenType) is { } type ? TokenTypeNames.Urn(type) : null,
            Resources = NotEmpty(parsed.GetValue(Resource)),
            Audiences = NotEmpty(parsed.GetValue(Audience)),
            Scope = scope.Length == 0 ? null : scope,
            RequestedTokenType = parsed.GetValue(RequestedTokenType) is { } requested ? TokenTypeNames.Urn(requested) : null,
        };
    }

    /// <summary>A parameter without a value counts as left out (RFC 6749 §3.2).</summary>
    static string[] NotEmpty(string[]? values) => [.. (values ?? []).Where(value => value.Length > 0)];

    static Option<string?> Token(string name, string what)
    {
        var option = new Option<string?>(name) { Description = what, HelpName = "@FILE" };
        option.Validators.Add(given => GivenText.MustBePlace(given, "A token"));
        return option;
    }

    static Option<string?> Type(string name, string what)
    {
        var option = new Option<string?>(name) { Description = what, HelpName = "TYPE" };
        option.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && !TokenTypeNames.IsType(text)) given.AddError($"{name} is none of {string.Join(", ", TokenTypeNames.Short)}, and no URI.");
        });
        return option;
    }
}
