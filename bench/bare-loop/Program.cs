// The yardsticks: the least that an endpoint of a token server on Kestrel can cost. No registry, no rules, no ledger, no
// strictness. They are no example of how to do it.
//
//   bare-loop MODE PORT JWKS_FILE ISSUER AUDIENCE CLIENT SECRET
//
//   rs-es, es-es  POST /token: reads the form with the framework's own reader, checks the client's secret, verifies the subject
//                 token, RS256 or ES256, by the first key of that kind in JWKS_FILE, signs an ES256 access token and answers
//   form          POST /token: reads the form, checks nothing, answers a constant
//   introspect    POST /introspect: reads the form, checks the client's secret, verifies an ES256 token by the key that its kid
//                 names in JWKS_FILE, which a server publishes, and its exp, looks its jti up among revoked ones, and answers
using Cambist.BareLoop;

if (args is not ["rs-es" or "es-es" or "form" or "introspect", var port, var jwksFile, var issuer, var audience, var client, var secret])
{
    Console.Error.WriteLine("usage: bare-loop rs-es|es-es|form|introspect PORT JWKS_FILE ISSUER AUDIENCE CLIENT SECRET");
    return 2;
}

var caller = new BasicClient(client, secret);
var keys = new VerificationKeys(File.ReadAllBytes(jwksFile));
var self = $"http://127.0.0.1:{port}";
var issued = new AccessTokenSigner(self, "https://api.bench.example", client);

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(self).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
var app = builder.Build();
switch (args[0])
{
    case "rs-es":
        app.MapExchange(caller, new SubjectVerifier(keys.Rs256(), issuer, audience), issued);
        break;
    case "es-es":
        app.MapExchange(caller, new SubjectVerifier(keys.Es256(), issuer, audience), issued);
        break;
    case "form":
        app.MapForm(issued.Answer("user0000000"));
        break;
    case "introspect":
        app.MapIntrospection(caller, new TokenIntrospector(keys.Es256ByKid(), new RevokedTokens()));
        break;
}
app.Run();
return 0;
