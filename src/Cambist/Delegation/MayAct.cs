using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// <c>may_act</c> (RFC 8693 §4.4): where a subject token has it, it names the one who may act. Enforced on every path against
/// the actor, under <c>actor: none</c> against the caller. Checked, never copied.
/// </summary>
internal static class MayAct
{
    public static Denied? Check(ResolvedToken subject, ResolvedToken? actor, RegisteredClient caller, Registry registry)
    {
        if (!subject.Claims.TryGet("may_act"u8, out var mayAct)) return null;
        if (mayAct.Kind != ClaimKind.Object) return Malformed("may_act is no object");

        string? sub = null, iss = null;
        foreach (var (member, value) in mayAct.EnumerateObject())
        {
            var text = value.GetString();
            if (text is null || member is not ("sub" or "iss")) return Malformed("may_act holds more than the strings sub and iss");
            if (member == "sub") sub = text;
            else iss = text;
        }

        if (string.IsNullOrEmpty(sub)) return Malformed("may_act has no sub");

        // DL-07: without iss, the token's issuer
        var isHere = iss is null ? !subject.IsExternal : iss == registry.Issuer;
        var issuer = iss is null ? subject.Issuer : registry.IssuersByIdentifier.GetValueOrDefault(iss);
        var names = isHere ? NamesHere(sub, actor, caller) : issuer is not null && NamesThere(sub, issuer, actor, caller);
        return names ? null : new(Reason.MayActMismatch, $"may_act names another than {actor?.Subject ?? caller.Id}");
    }

    /// <summary>Under our own name: a mapped sub or a client id.</summary>
    static bool NamesHere(string sub, ResolvedToken? actor, RegisteredClient caller) => sub == (actor is null ? caller.Id : actor.Subject);

    /// <summary>
    /// Under a trusted external one: that issuer's own sub of the actor token, or the caller, where the caller acts, by a name it has
    /// there. Under any other a name means nobody.
    /// </summary>
    static bool NamesThere(string sub, TrustedIssuer issuer, ResolvedToken? actor, RegisteredClient caller) =>
        actor is null || IsOf(actor, caller)
            ? caller.AnswersTo(sub)
            : actor.IssuerName == issuer.Name && actor.Claims.TryGet("sub"u8, out var own) && own.IsString(sub);

    /// <summary>Whether an actor token is the caller's own, from its client credentials.</summary>
    static bool IsOf(ResolvedToken actor, RegisteredClient caller) =>
        !actor.IsExternal && actor.Kind == SubjectKind.Client && actor.Subject == caller.Id;

    static Denied Malformed(string what) => new(Reason.SubjectActMalformed, what);
}
