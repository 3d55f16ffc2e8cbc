using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Cambist.Protocol;

namespace Cambist.AspNetCore;

/// <summary>
/// An endpoint's form, read strictly: names compared exactly, a parameter without a value is omitted (RFC 6749 §3.2). Tokens lie where they
/// came in, in the body. It lives on the stack of whoever makes a request of it, so nobody holds on to it.
/// </summary>
/// <param name="single">The parameters that are known and may not repeat.</param>
/// <param name="registry">Has most of the values.</param>
ref struct FormFields(string[] single, Registry registry)
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

    Values _values;
    int _seen;

    /// <summary>A value that is no token; null where the parameter was omitted.</summary>
    public readonly string? this[string name] => _values[Array.IndexOf(single, name)];

    public TokenText? SubjectToken { get; private set; }

    public TokenText? ActorToken { get; private set; }

    public TokenText? RefreshToken { get; private set; }

    /// <summary>The token that somebody asks about.</summary>
    public TokenText? Token { get; private set; }

    public ImmutableArray<string> Resources { get; private set; } = [];

    public ImmutableArray<string> Audiences { get; private set; } = [];

    /// <summary>The first parameter that was sent twice and may not be; null where none was.</summary>
    public string? Repeated { get; private set; }

    /// <summary>Takes a pair; unknown names are ignored.</summary>
    /// <param name="name">Decoded.</param>
    /// <param name="value">Decoded.</param>
    /// <param name="sent">The value as it was sent.</param>
    public void Add(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value, ReadOnlyMemory<byte> sent)
    {
        if (name.SequenceEqual("resource"u8))
        {
            if (value.Length > 0) Resources = Resources.Add(registry.TextOf(value));
            return;
        }

        if (name.SequenceEqual("audience"u8))
        {
            if (value.Length > 0) Audiences = Audiences.Add(registry.TextOf(value));
            return;
        }

        for (var i = 0; i < single.Length; i++)
        {
            if (single[i].Length != name.Length || !Ascii.Equals(name, single[i])) continue;
            if ((_seen & (1 << i)) != 0) Repeated ??= single[i];
            _seen |= 1 << i;
            if (value.Length > 0) Set(i, value, sent);
            return;
        }
    }

    void Set(int place, scoped ReadOnlySpan<byte> value, ReadOnlyMemory<byte> sent)
    {
        switch (single[place])
        {
            case Parameters.SubjectToken: SubjectToken = Kept(value, sent); break;
            case Parameters.ActorToken: ActorToken = Kept(value, sent); break;
            case Parameters.RefreshToken: RefreshToken = Kept(value, sent); break;
            case Parameters.Token: Token = Kept(value, sent); break;
            default: _values[place] = registry.TextOf(value); break;
        }
    }

    /// <summary>A token seldom has anything to decode.</summary>
    static TokenText Kept(ReadOnlySpan<byte> value, ReadOnlyMemory<byte> sent) => new(value.SequenceEqual(sent.Span) ? sent : value.ToArray());

    /// <summary>One for each of <see cref="OfToken"/>, the longest list.</summary>
    [InlineArray(13)]
    struct Values
    {
        string? _first;
    }
}
