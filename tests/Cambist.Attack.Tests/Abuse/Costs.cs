using System.Text;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>Requests of one client that are as costly to read, to compare or to record as a form can make them. All of them are refused.</summary>
static class Costs
{
    public static IReadOnlyDictionary<string, Func<IEnumerable<(string Name, string Value)>>> Of(TestIssuer login)
    {
        string Token(Action<JsonObject> change) => login.IdToken("alice", "web", change);
        JsonArray Array(int count, Func<int, string> item) => new([.. Enumerable.Range(0, count).Select(i => (JsonNode)item(i))]);
        IEnumerable<(string, string)> Exchange(string token, params (string, string)[] more) => TestServer.ExchangeForm(token, "id_token", more);
        (string, string)[] Many(string name, int count, Func<int, string> value) => [.. Enumerable.Range(0, count).Select(i => (name, value(i)))];

        return new Dictionary<string, Func<IEnumerable<(string, string)>>>
        {
            ["an aud of 2,000 values"] = () => Exchange(Token(claims => claims["aud"] = Array(2000, i => $"a{i}"))),
            ["an aud of 2,000 values with ours last"] = () => Exchange(Token(claims => claims["aud"] = new JsonArray([.. Enumerable.Range(0, 2000).Select(i => (JsonNode)"x"), "web"]))),
            ["1,000 claims"] = () => Exchange(Token(claims => { for (var i = 0; i < 1000; i++) claims[$"c{i}"] = i; }), ("audience", "billing")),
            ["1,000 claims of one length and hash-like names"] = () => Exchange(Token(claims => { for (var i = 0; i < 1000; i++) claims[$"{i:x8}"] = ""; }), ("audience", "billing")),
            ["a pattern that almost fits"] = () => Exchange(Token(claims => (claims["email"], claims["groups"]) = ("a@b.example.com", new JsonArray("ops-" + new string('-', 8000) + "admi"))), ("audience", "billing")),
            ["2,000 groups that almost fit"] = () => Exchange(Token(claims => (claims["email"], claims["groups"]) = ("a@b.example.com", Array(900, i => "ops-a-b-admix"))), ("audience", "billing")),
            ["text that is all escapes"] = () => Exchange(Token(claims => claims["email"] = new string('\u0001', 1500)), ("audience", "billing")),
            ["text of other scripts"] = () => Exchange(Token(claims => claims["email"] = string.Concat(Enumerable.Repeat("\u1100\u1161\u11a8\U0001F600", 200))), ("audience", "billing")),
            ["90 resources of ours"] = () => Exchange(Token(_ => { }), [.. Many("resource", 90, _ => "https://orders.example.com"), ("scope", "none")]),
            ["90 unknown resources"] = () => Exchange(Token(_ => { }), Many("resource", 90, i => $"https://{new string('a', 200)}{i}.example.com/../../%41")),
            ["a resource of 40 KiB"] = () => Exchange(Token(_ => { }), ("resource", "https://" + string.Concat(Enumerable.Repeat("a.", 20_000)) + "example")),
            ["a resource of dots"] = () => Exchange(Token(_ => { }), ("resource", "https://orders.example.com/" + string.Concat(Enumerable.Repeat("../", 9_000)))),
            ["a resource of marks"] = () => Exchange(Token(_ => { }), ("resource", "https://a" + string.Concat(Enumerable.Repeat("\u0323\u0301", 1500)) + "/")),
            ["an audience of 40 KiB"] = () => Exchange(Token(_ => { }), ("audience", new string('a', 40_000))),
            ["10,000 scopes"] = () => Exchange(Token(_ => { }), ("scope", string.Join(' ', Enumerable.Range(0, 10_000)))),
            ["a requested type that is cut inside a character"] = () => Exchange(Token(_ => { }), ("requested_token_type", "urn:x" + string.Concat(Enumerable.Repeat("\U0001F600", 2000)))),
            ["an unread token of 40 KiB"] = () => Exchange(new string('.', 40_000)),
            ["an unread token of 16 KiB of dots"] = () => Exchange(new string('.', 16 * 1024)),
            ["an opaque token of 40 KiB"] = () => TestServer.ExchangeForm("sub_" + new string('x', 40_000), "access_token"),
            ["brackets, as deep as can be read"] = () => Exchange(TestJwt.Sign("{\"alg\":\"ES256\"}", $"{{\"a\":{string.Join(',', Enumerable.Repeat(new string('[', 31) + new string(']', 31), 1))}}}", Keys.Es256).ToString()),
            ["6,000 empty arrays"] = () => Exchange(Unsigned($"{{\"a\":[{string.Join(',', Enumerable.Repeat("[]", 3900))}]}}")),
            ["a number of 11,000 digits"] = () => Exchange(Unsigned($"{{\"exp\":1{new string('0', 11_000)}e-11000}}")),
            ["11,000 digits behind the point"] = () => Exchange(Unsigned($"{{\"exp\":0.{new string('0', 11_000)}1e2147483647}}")),
            ["pairs of surrogates"] = () => Exchange(Unsigned($"{{\"sub\":\"{string.Concat(Enumerable.Repeat("\\ud83d\\ude00", 950))}\"}}")),
            ["90 fields with nothing"] = () => Exchange(Token(_ => { }), [.. Many("f", 90, _ => ""), ("scope", "none")]),
        };
    }

    /// <summary>Read to the end before the signature is looked at: a payload as it stands, with an issuer that nobody trusts.</summary>
    static string Unsigned(string payload) => new TestJwt(Encoding.UTF8.GetBytes("{\"alg\":\"ES256\",\"kid\":\"es256-1\"}"), Encoding.UTF8.GetBytes(payload), new byte[64]).ToString();
}
