// The yardstick: the least that a token exchange on Kestrel can cost. It reads the form with the framework's own reader,
// checks the client's secret, verifies the subject token, signs an access token and answers. No registry, no rules, no
// ledger, no revocation, no strictness. It is no example of how to do it.
//
//   bare-loop PORT JWKS_FILE ISSUER AUDIENCE CLIENT SECRET
using Cambist.BareLoop;

if (args is not [var port, var jwksFile, var issuer, var audience, var client, var secret])
{
    Console.Error.WriteLine("usage: bare-loop PORT JWKS_FILE ISSUER AUDIENCE CLIENT SECRET");
    return 2;
}

var caller = new BasicClient(client, secret);
var subjects = new SubjectVerifier(File.ReadAllBytes(jwksFile), issuer, audience);
var self = $"http://127.0.0.1:{port}";
var issued = new AccessTokenSigner(self, "https://api.bench.example", client);

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(self).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
var app = builder.Build();
app.MapPost("/token", async context =>
{
    if (!caller.Matches(context.Request.Headers.Authorization.ToString()))
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return;
    }
    var form = await context.Request.ReadFormAsync();
    string? token = form["subject_token"];
    if (form["grant_type"] != "urn:ietf:params:oauth:grant-type:token-exchange" || token is null || subjects.Verify(token) is not { } subject)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return;
    }
    var answer = issued.Answer(subject);
    context.Response.ContentType = "application/json";
    context.Response.Headers.CacheControl = "no-store";
    context.Response.ContentLength = answer.Length;
    await context.Response.BodyWriter.WriteAsync(answer);
});
app.Run();
return 0;
