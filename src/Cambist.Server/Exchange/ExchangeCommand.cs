using System.CommandLine;
using System.CommandLine.Parsing;
using Cambist.AspNetCore;

namespace Cambist.Server;

/// <summary><c>cambist exchange</c>: an exchange at any server that speaks RFC 8693.</summary>
sealed class ExchangeCommand
{
    readonly Option<string?> _server = new("--server") { Description = "The server's issuer, whose metadata names the token endpoint.", HelpName = "URL" };
    readonly Option<string?> _endpoint = new("--token-endpoint") { Description = "The token endpoint itself; then no metadata is fetched.", HelpName = "URL" };
    readonly Option<string?> _secret = new("--client-secret") { Description = "The client's secret, alone or as cambist new secret printed it: @FILE, or - for standard input. Without it and --client-key the client is public.", HelpName = "@FILE" };
    readonly Option<string?> _auth = new("--auth") { Description = "How the secret is sent: client_secret_basic (the default) or client_secret_post.", HelpName = "METHOD" };
    readonly Option<string?> _key = new("--client-key") { Description = "The client's private key, as cambist new client-key writes it: @FILE, or -. It signs an assertion for --server (private_key_jwt).", HelpName = "@FILE" };
    readonly Option<string?> _algorithm = new("--alg") { Description = "What an RSA key signs with: PS256 or RS256.", HelpName = "ALG" };
    readonly Option<bool> _allowHttp = new("--allow-http") { Description = "Sends tokens over plain http off loopback, too." };
    readonly Option<bool> _json = new("--json") { Description = "Prints the whole answer as JSON." };
    readonly Option<bool> _verbose = new("--verbose") { Description = "Shows the request and decodes the tokens, on standard error." };
    readonly RequestOptions _request = new();

    public static Command Create(Terminal terminal) => new ExchangeCommand().Build(terminal);

    Command Build(Terminal terminal)
    {
        _secret.Validators.Add(given => GivenText.MustBePlace(given, "A secret"));
        _key.Validators.Add(given => GivenText.MustBePlace(given, "A private key"));
        _auth.AcceptOnlyFromAmong("client_secret_basic", "client_secret_post");
        _algorithm.AcceptOnlyFromAmong([.. JwsAlgorithm.OfClients.Select(known => known.Name)]);
        _request.SubjectToken.Required = _request.SubjectTokenType.Required = true;

        var command = new Command("exchange", """
            Exchanges a token at any server that speaks RFC 8693. Prints the new token alone on standard output, and a line about
            it on standard error; exit code 1 where the server refuses.
            For example: TOKEN=$(cambist exchange --server https://sts.example.com --client web --client-secret @web-secret
                           --subject-token @id-token.txt --subject-token-type id_token --audience orders)
            """) { _server, _endpoint };
        _request.AddTo(command);
        foreach (var option in (Option[])[_secret, _auth, _key, _algorithm, _allowHttp, _json, _verbose]) command.Add(option);
        command.Validators.Add(Judge);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, terminal, cancellationToken));
        return command;
    }

    void Judge(CommandResult all)
    {
        bool Given(Option option) => RequestOptions.IsGiven(all, option);
        if (!Given(_server) && !Given(_endpoint)) all.AddError("Give the server: --server URL, or --token-endpoint URL.");
        if (Given(_secret) && Given(_key)) all.AddError("--client-secret and --client-key are two ways to authenticate; give one (RFC 6749 §2.3).");
        if ((Given(_secret) || Given(_key)) && !Given(_request.Client)) all.AddError("Say whose credential it is: --client ID.");
        if (Given(_auth) && !Given(_secret)) all.AddError("--auth says how a secret is sent; give --client-secret @FILE.");
        if (Given(_algorithm) && !Given(_key)) all.AddError("--alg says how a key signs; give --client-key @FILE.");
        if (Given(_key) && !Given(_server)) all.AddError("An assertion is signed for the server's issuer alone: give --server URL, beside --token-endpoint where that is needed.");
    }

    async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        // everything that can be wrong here is told before anything is sent
        var asked = await _request.ReadAsync(parsed, terminal, cancellationToken);
        var credential = await CredentialAsync(parsed, terminal, cancellationToken);
        using var http = new IssuerHttp();
        var server = await ExchangeServer.FindAsync(http.Invoker, parsed.GetValue(_server), parsed.GetValue(_endpoint), parsed.GetValue(_allowHttp), cancellationToken);
        var form = asked.Form().ToList();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.TokenEndpoint);
        credential.AddTo(request, form);
        request.Content = new FormUrlEncodedContent(form);
        request.Headers.Accept.ParseAdd("application/json");

        var report = new ExchangeReport(terminal, parsed.GetValue(_json), parsed.GetValue(_verbose));
        report.Sending(server, asked, credential.Method);
        var answer = await RemoteCall.SendAsync(http.Invoker, request, cancellationToken);
        return report.Answered(server, ExchangeAnswer.Read(answer)) ? 0 : 1;
    }

    async Task<ClientCredential> CredentialAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var client = parsed.GetValue(_request.Client);
        if (parsed.GetValue(_secret) is { } secretPlace)
        {
            var secret = ClientSecret.Of(await GivenText.ReadAsync(secretPlace, "client secret", terminal, cancellationToken));
            return parsed.GetValue(_auth) == "client_secret_post" ? new ClientCredential.SecretPost(client!, secret) : new ClientCredential.SecretBasic(client!, secret);
        }

        if (parsed.GetValue(_key) is not { } keyPlace) return new ClientCredential.None(client);
        var key = ClientAssertion.ReadKey(await GivenText.ReadAsync(keyPlace, "private key", terminal, cancellationToken), parsed.GetValue(_algorithm));
        return new ClientCredential.Key(client!, key, parsed.GetValue(_server)!, terminal.Clock);
    }
}
