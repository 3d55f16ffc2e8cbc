// Makes subject tokens for a load run, each for another subject, on all cores, under a fresh key.
//
//   mint COUNT FOLDER ISSUER AUDIENCE [ALGORITHM KIND]
//
//   ALGORITHM  rs: RS256 with 2048 bits, or es: ES256
//   KIND       id: ID tokens, or chain: access tokens with scope read and an act chain of two, for delegation that is three deep
//
// Without the last two: rs id, into FOLDER/tokens.txt and a new FOLDER/jwks.json. With them: into FOLDER/tokens-ALGORITHM-KIND.txt,
// and the public key beside those that FOLDER/jwks.json has already, in place of the one of an earlier run for the same.
// A file has one token a line, and all its lines have one length.
using System.Globalization;
using System.Text.Json.Nodes;
using Cambist.Mint;

string[] chosen = args switch
{
    [_, _, _, _] => ["rs", "id"],
    [_, _, _, _, "rs" or "es", "id" or "chain"] => args[4..],
    _ => [],
};
if (chosen is not [var algorithm, var kind] || !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
{
    Console.Error.WriteLine("usage: mint COUNT FOLDER ISSUER AUDIENCE [rs|es id|chain]");
    return 2;
}
var (folder, issuer, audience, alone) = (args[1], args[2], args[3], args.Length == 4);

var name = alone ? "mint" : $"{algorithm}-{kind}";
var key = SigningKey.Create(algorithm, name);
var made = kind == "id" ? TokenKind.Id : TokenKind.Chain;
var now = TimeProvider.System.GetUtcNow();
var tokens = new string[count];
Parallel.For(0, count, i => tokens[i] = key.Sign(made.Typ, made.Claims(i, issuer, audience, now)));

var jwksFile = Path.Combine(folder, "jwks.json");
var keys = new JsonArray(key.Jwk());
if (!alone && File.Exists(jwksFile))
{
    foreach (var older in JsonNode.Parse(await File.ReadAllTextAsync(jwksFile))!["keys"]!.AsArray().Where(jwk => (string?)jwk!["kid"] != name))
        keys.Add(older!.DeepClone());
}
await File.WriteAllTextAsync(jwksFile, new JsonObject { ["keys"] = keys }.ToJsonString());
await File.WriteAllLinesAsync(Path.Combine(folder, alone ? "tokens.txt" : $"tokens-{name}.txt"), tokens);
return 0;
