// Makes subject tokens for a load run: RS256 ID tokens under a fresh 2048-bit key, each for another subject, on all cores.
//
//   mint COUNT FOLDER ISSUER AUDIENCE    writes FOLDER/tokens.txt, one a line, and FOLDER/jwks.json
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

if (args is not [var count, var folder, var issuer, var audience])
{
    Console.Error.WriteLine("usage: mint COUNT FOLDER ISSUER AUDIENCE");
    return 2;
}

using var key = RSA.Create(2048);
var header = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT","kid":"mint"}"""u8);
var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
var tokens = new string[int.Parse(count, CultureInfo.InvariantCulture)];
Parallel.For(0, tokens.Length, i =>
{
    var claims = new JsonObject
    {
        ["iss"] = issuer,
        ["sub"] = $"user{i:D7}", // all tokens have one length, so that any of them can be found by its number
        ["aud"] = audience,
        ["iat"] = now,
        ["exp"] = now + 7200,
        ["jti"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
        ["email"] = $"user{i:D7}@example.com",
    };
    var signed = $"{header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
    var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    tokens[i] = $"{signed}.{Base64Url.EncodeToString(signature)}";
});

var parameters = key.ExportParameters(false);
var jwk = new JsonObject
{
    ["kty"] = "RSA",
    ["use"] = "sig",
    ["alg"] = "RS256",
    ["kid"] = "mint",
    ["n"] = Base64Url.EncodeToString(parameters.Modulus),
    ["e"] = Base64Url.EncodeToString(parameters.Exponent),
};
await File.WriteAllTextAsync(Path.Combine(folder, "jwks.json"), new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString());
await File.WriteAllLinesAsync(Path.Combine(folder, "tokens.txt"), tokens);
return 0;
