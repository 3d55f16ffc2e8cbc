using Cambist.Protocol;

namespace Cambist;

/// <summary>The ten steps of an exchange (docs/architecture.md), as an explanation names them.</summary>
internal enum DecisionStep
{
    /// <summary>The form.</summary>
    Read = 1,

    /// <summary>Who asks, and whether it may use the grant.</summary>
    Authenticate = 2,

    /// <summary>The subject token.</summary>
    ResolveSubject = 3,

    /// <summary>The actor token.</summary>
    ResolveActor = 4,

    /// <summary>Which resource is meant.</summary>
    Target = 5,

    /// <summary>Deny entries, then the rules.</summary>
    Select = 6,

    /// <summary>Whether this caller may use this token, and this actor act.</summary>
    Entitle = 7,

    /// <summary>Scopes, life, actors, claims.</summary>
    Decide = 8,

    /// <summary>The token itself: its size and its lineage.</summary>
    Issue = 9,

    /// <summary>The ledger: revocations and one-time keys.</summary>
    Record = 10,
}

/// <summary>Which step refuses with a reason: each has one.</summary>
internal static class ReasonSteps
{
    /// <summary>
    /// Which step of a walk refused: a few checks are made in more steps than one, and a refresh token is decided again while it is resolved.
    /// </summary>
    /// <param name="reason">The refusal.</param>
    /// <param name="hasSubject">Whether a subject token was found genuine before.</param>
    /// <param name="hasInput">Whether the walk came to the rules.</param>
    /// <param name="hasRule">Whether a rule was selected.</param>
    public static DecisionStep Step(this Reason reason, bool hasSubject, bool hasInput, bool hasRule)
    {
        var step = reason.Step();
        if (hasRule)
        {
            return reason is Reason.SubjectExpired or Reason.RefreshTokenExpired or Reason.InternalError ? DecisionStep.Decide
                : step < DecisionStep.Entitle ? DecisionStep.Entitle
                : step;
        }

        if (hasInput) return DecisionStep.Select;
        if (step > DecisionStep.Target || (reason == Reason.GrantNotAllowed && hasSubject)) return DecisionStep.ResolveSubject;
        return reason is Reason.InternalError or Reason.IssuerKeysUnavailable or Reason.IssuerUnavailable
            ? hasSubject ? DecisionStep.ResolveActor : DecisionStep.ResolveSubject
            : step;
    }

    public static DecisionStep Step(this Reason reason) => reason switch
    {
        < Reason.NotBuilt => DecisionStep.Read,
        Reason.NotBuilt => DecisionStep.Entitle,
        Reason.ClientKeysUnavailable or (>= Reason.ClientAuthenticationFailed and <= Reason.TooManyFailures) => DecisionStep.Authenticate,
        Reason.SubjectTokenTypeUnsupported => DecisionStep.ResolveSubject,
        Reason.ActorTokenTypeUnsupported => DecisionStep.ResolveActor,
        Reason.RequestedTokenTypeUnsupported => DecisionStep.Entitle,
        >= Reason.TargetMissing and <= Reason.TargetOutsideToken => DecisionStep.Target,
        Reason.NoRule or Reason.Denied => DecisionStep.Select,
        Reason.LineageTooDeep or Reason.TokenTooLarge => DecisionStep.Issue,
        Reason.OnceUsedUp or Reason.StoreUnavailable => DecisionStep.Record,
        >= Reason.MayActMismatch and <= Reason.ProofRequired => DecisionStep.Entitle,
        Reason.ScopeMalformed => DecisionStep.Read,
        Reason.ScopeNotGranted or Reason.NothingToGrant => DecisionStep.Decide,
        Reason.SubjectNotForCaller or Reason.SubjectKeyBound or Reason.ActorNotForCaller or Reason.ActorKeyBound => DecisionStep.Entitle,
        Reason.SubjectRevoked or Reason.SubjectUsedUp or Reason.ActorRevoked or Reason.ActorUsedUp => DecisionStep.Record,
        >= Reason.SubjectMalformed and <= Reason.SubjectInvalid => DecisionStep.ResolveSubject,
        >= Reason.ActorMalformed and <= Reason.ActorInvalid => DecisionStep.ResolveActor,
        Reason.RefreshTokenRevoked or Reason.RefreshTokenReused => DecisionStep.Record,
        >= Reason.RefreshTokenUnknown and <= Reason.RefreshTokenReused => DecisionStep.ResolveSubject,
        Reason.IssuerKeysUnavailable or Reason.IssuerUnavailable => DecisionStep.ResolveSubject,
        _ => DecisionStep.Read,
    };
}
