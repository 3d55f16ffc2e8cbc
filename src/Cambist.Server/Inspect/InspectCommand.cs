using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist inspect</c>: shows what a token says. It goes nowhere, and nothing is verified.</summary>
static class InspectCommand
{
    static readonly (string Prefix, string Kind, string What)[] Opaque =
    [
        ("cbt_", "opaque_access_token", "an opaque access token of Cambist: only the server that issued it knows what it means"),
        ("cbr_", "refresh_token", "a refresh token of Cambist: opaque, and of use to its client alone"),
        ("sub_", "impersonation_token", "an impersonation token of Cambist: opaque, and redeemed once, within minutes"),
    ];

    public static Command Create(Terminal terminal)
    {
        var token = new Argument<string>("TOKEN") { Description = "@FILE, or - for standard input.", HelpName = "@FILE" };
        token.Validators.Add(argument => GivenText.MustBePlace(argument, "A token"));
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("inspect", """
            Decodes a token, and says who acts for whom, when it expires, and what Cambist would refuse about it.
            The token is not verified and never sent anywhere.
            For example: cambist inspect @token.txt
            """) { token, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = await GivenText.ReadAsync(parsed.GetValue(token)!, "token", terminal, cancellationToken);
            Show(terminal, text, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    /// <summary>Shows one; <c>exchange --verbose</c> does so, too.</summary>
    /// <exception cref="FailedException">It is neither a JWT nor one of our opaque kinds.</exception>
    public static void Show(Terminal terminal, string text, bool asJson)
    {
        foreach (var (prefix, kind, what) in Opaque)
        {
            if (!text.StartsWith(prefix, StringComparison.Ordinal)) continue;
            terminal.Output.WriteLine(asJson ? $$"""{"kind":"{{kind}}","verified":false}""" : $"This is {what}. Not verified.");
            return;
        }

        var report = new InspectReport(DecodedToken.Parse(text), terminal.Clock.GetUtcNow());
        if (asJson) terminal.Output.WriteLine(report.Json());
        else report.WriteText(terminal);
    }
}
