using Cambist.Protocol;

namespace Cambist.AspNetCore;

/// <summary>An endpoint's form, read strictly: names compared exactly, a parameter without a value is omitted (RFC 6749 §3.2).</summary>
/// <param name="single">The parameters that are known and may not repeat.</param>
sealed class FormFields(string[] single)
{
    /// <summary>Those of <c>/token</c>; there, <c>resource</c> and <c>audience</c> may repeat.</summary>
    public static readonly string[] OfToken =
    [
        Parameters.GrantType, Parameters.SubjectToken, Parameters.SubjectTokenType, Parameters.ActorToken, Parameters.ActorTokenType,
        Parameters.Scope, Parameters.RequestedTokenType, Parameters.RefreshToken, Parameters.ClientId, Parameters.ClientSecret, Parameters.ClientAssertion,
        Parameters.ClientAssertionType, Parameters.AuthorizationDetails,
    ];

    /// <summary>Those of <c>/introspect</c> and <c>/revoke</c>.</summary>
    public static readonly string[] OfPresentedToken =
    [
        Parameters.Token, Parameters.TokenTypeHint, Parameters.ClientId, Parameters.ClientSecret, Parameters.ClientAssertion, Parameters.ClientAssertionType,
    ];

    readonly string?[] _values = new string?[single.Length];
    int _seen;

    public string? this[string name] => _values[Array.IndexOf(single, name)];

    public List<string> Resources { get; } = [];

    public List<string> Audiences { get; } = [];

    /// <summary>The first parameter that was sent twice and may not be; null where none was.</summary>
    public string? Repeated { get; private set; }

    /// <summary>Takes one decoded pair; unknown names are ignored.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("resource"u8))
        {
            if (value.Length > 0) Resources.Add(Text(value));
        }
        else if (name.SequenceEqual("audience"u8))
        {
            if (value.Length > 0) Audiences.Add(Text(value));
        }
        else
        {
            AddSingle(name, value);
        }
    }

    void AddSingle(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < single.Length; i++)
        {
            if (single[i].Length != name.Length || !System.Text.Ascii.Equals(name, single[i])) continue;
            if ((_seen & (1 << i)) != 0) Repeated ??= single[i];
            _seen |= 1 << i;
            if (value.Length > 0) _values[i] = Text(value);
            return;
        }
    }

    static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
