// An application of your own that is a token exchange server besides. Run it in this folder, then:
//   curl http://127.0.0.1:5000/token -u nightly:only-for-this-sample -d grant_type=client_credentials
//   curl http://127.0.0.1:5000/token -u web:only-for-this-sample-too -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
//        -d subject_token=legacy-7f0c1d5e9b3a4c62 -d subject_token_type=urn:ietf:params:oauth:token-type:access_token -d audience=orders
using Cambist;
using Sample;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCambist(cambist => cambist
    .UseRegistryFile("cambist.yaml")
    .UseSqlite("data/cambist.db")
    .AddSubjectTokenResolver<LegacySessionResolver>("legacy")   // your own token kind
    .AddTokenCustomizer<AddTenantClaim>());                     // may add claims, may not touch reserved ones

var app = builder.Build();
app.MapCambist();
app.MapGet("/", () => "Tokens are issued at /token, keys are at /jwks.");
await app.RunAsync();
