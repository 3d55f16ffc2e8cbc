using System.Diagnostics.CodeAnalysis;
using Cambist.Protocol;

namespace Cambist;

/// <summary>A refusal: an expected answer, thus a value and no exception.</summary>
/// <param name="Reason">The stable reason; the edge alone maps it to an OAuth error.</param>
/// <param name="Detail">What was seen and what was required, for the trace. May name verified claims; never holds a token or a secret. Not sent to the client.</param>
/// <param name="RetryAfter">Where trying again later can help: when.</param>
public sealed record Denied(Reason Reason, string Detail, TimeSpan? RetryAfter = null)
{
    /// <summary>The same refusal about the actor token.</summary>
    internal Denied OfActor() => this with { Reason = Reason.OfActor() };

    /// <summary>The same refusal where the token is not exchanged but refreshed.</summary>
    internal Denied OfRefreshToken() => Reason switch
    {
        Reason.SubjectUnknown => this with { Reason = Reason.RefreshTokenUnknown },
        Reason.SubjectExpired => this with { Reason = Reason.RefreshTokenExpired },
        Reason.SubjectRevoked => this with { Reason = Reason.RefreshTokenRevoked },
        Reason.SubjectUsedUp => this with { Reason = Reason.RefreshTokenReused },
        _ => this,
    };
}

/// <summary>What a step gives: a value, or a refusal.</summary>
internal readonly struct Result<T> where T : class
{
    readonly object _content;

    Result(object content) => _content = content;

    /// <summary>The value on true, the refusal on false.</summary>
    public bool Gives([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Denied? denied)
    {
        value = _content as T;
        denied = value is null ? (Denied)_content : null;
        return value is not null;
    }

    public static implicit operator Result<T>(T value) => new(value);

    public static implicit operator Result<T>(Denied denied) => new(denied);
}
