// An application of your own that is a token exchange server besides. Run it in this folder, then:
//   curl http://127.0.0.1:5000/token -u nightly:only-for-this-sample -d grant_type=client_credentials
using Cambist;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCambist(cambist => cambist
    .UseRegistryFile("cambist.yaml")
    .UseSqlite("data/cambist.db"));

var app = builder.Build();
app.MapCambist();
app.MapGet("/", () => "Tokens are issued at /token, keys are at /jwks.");
await app.RunAsync();
