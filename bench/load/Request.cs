using System.Text;

namespace Cambist.LoadBench;

/// <summary>A request that is sent again and again.</summary>
/// <param name="Path">Of the endpoint.</param>
/// <param name="Form">The form, but for the token, which comes last in it.</param>
/// <param name="Tokens">The tokens that end it, one after the other; null where the form is whole.</param>
/// <param name="IsOneToken">Whether it is always the first of them.</param>
sealed record Request(string Path, string Form, TokenFile? Tokens = null, bool IsOneToken = false)
{
    public const string Client = "bench";
    public const string Secret = "bench-secret-that-is-long-enough";
    public const string Api = "https://api.bench.example";
    public const string KeptApi = "https://kept.bench.example";

    /// <summary>The measured client's credentials (RFC 6749 §2.3.1).</summary>
    public static string Basic { get; } = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Client}:{Secret}"));

    /// <summary>One of them, as it goes over the wire.</summary>
    public string Sample => Form + Tokens?.First;

    public static Request Exchange(TokenFile tokens, string type, string resource = Api) =>
        new("/token", $"grant_type={Escaped("urn:ietf:params:oauth:grant-type:token-exchange")}&subject_token_type={Escaped($"urn:ietf:params:oauth:token-type:{type}")}&resource={Escaped(resource)}&scope=read&subject_token=", tokens);

    public static Request ClientCredentials { get; } = new("/token", $"grant_type=client_credentials&resource={Escaped(Api)}&scope=read");

    public static Request Introspect(TokenFile tokens) => new("/introspect", "token=", tokens);

    /// <summary>The same with one token.</summary>
    public Request Again => this with { IsOneToken = true };

    static string Escaped(string value) => Uri.EscapeDataString(value);
}
