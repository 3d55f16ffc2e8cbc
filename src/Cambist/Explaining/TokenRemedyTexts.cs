using Cambist.Protocol;
using static Cambist.RemedyTexts;

namespace Cambist;

/// <summary>The same for a token that is not good, in either role.</summary>
internal static class TokenRemedyTexts
{
    const string Fresh = "Get a fresh one and send that.";

    /// <param name="reason">The reason as it is named for a subject token.</param>
    /// <param name="role"><c>subject</c> or <c>actor</c>.</param>
    public static Remedy[] Of(Reason reason, string role) => reason switch
    {
        Reason.SubjectMalformed => [Ask($"Send the {role} token as it was issued: whole, not decoded, quoted or wrapped; see it with cambist inspect.")],
        Reason.SubjectAlgorithmUnsupported => [Elsewhere("Have the issuer sign with RS256, PS256, ES256 or ES384."), Registry("Add the token's alg to algorithms of the issuer, if it is asymmetric.", "HS… and none are never taken: anybody could sign with them.")],
        Reason.SubjectTypeMismatch => [Ask($"Declare in {role}_token_type what the token really is: see its typ and aud with cambist inspect."), Registry("Add the value to typ of that kind, in tokens of the issuer.", "typ tells an ID token from an access token: let one be taken for the other only where aud or a where tells them apart.")],
        Reason.SubjectIssuerUntrusted =>
        [
            Ask($"Send a token of a trusted issuer, and declare in {role}_token_type what it really is."),
            Registry($"If its issuer is in issuers already: compare iss to the byte, and see that its tokens hold the kind and its roles hold {role}. Only if it is not, and should be trusted: cambist new issuer NAME @FILE, with the token in FILE, prints what to write.", "Whoever has the issuer's keys can then be anybody whom its subjects can be."),
        ],
        Reason.SubjectUnknown => [Ask($"See that the {role} token is whole, is sent as what it is, and is for this server: opaque tokens are known by the one store that they were made in."), Registry("An issuer of opaque tokens needs introspection, and its prefix where there are several.")],
        Reason.SubjectAudienceMismatch => [Ask("Have the token issued for an audience that the registry takes from this issuer."), Registry("Add its aud to audiences of that kind, in tokens of the issuer.", "Only an audience that means this system: tokens made for another are refused rightly.")],
        Reason.SubjectExpired => [Ask(Fresh), Elsewhere("If it was fresh, compare the clocks of this machine and of the issuer; exp has no leeway.")],
        Reason.SubjectNotYetValid or Reason.SubjectIssuedInFuture => [Elsewhere("Compare the clocks of this machine and of the issuer: they are more than 60 s apart."), Ask("Send it again when its time has come.")],
        Reason.SubjectTooOld => [Ask(Fresh), Registry("Raise max_age of that kind, in tokens of the issuer.", "A token that was stolen can be exchanged for as long.")],
        Reason.SubjectClaimInvalid => [Elsewhere("Have the issuer send the claim that the detail names, in its JSON type."), Ask($"See that it is sent as what it is ({role}_token_type): each kind needs other claims.")],
        Reason.SubjectSubMissing => [Elsewhere("Have the issuer send sub: a string of 1 to 255 printable characters.")],
        Reason.SubjectUnmappable => [Registry("Change the issuer's subject template: to claims that its tokens have, and to a prefix that no other name begins with.", "The mapped name is who somebody is here: two people must never get one."), Elsewhere("Have the issuer send the claims that the template names.")],
        Reason.SubjectConditionFailed => [Ask("Send a token that meets the issuer's where: see the detail."), Registry("Change where of the issuer.", "It holds for every token of that issuer; it was written to keep such tokens out.")],
        Reason.SubjectKeyUnknown => [Ask("See that the token is current and of this very issuer; one under a key that was taken back is refused for good."), Elsewhere("See which keys the issuer publishes (GET /admin/v1/issuers): one for the token's kid and alg must be among them.")],
        Reason.SubjectSignatureInvalid => [Ask("Send the token as it was issued: it was changed, or is not of this issuer. No change of the registry makes it good.")],
        Reason.SubjectActNotAccepted when role == "actor" => [Ask("Send a token of the actor itself: an actor token never carries act.")],
        Reason.SubjectActNotAccepted => [Ask("Send a token without act."), Registry("Write act: accept at the issuer.", "Its word is then taken for who acted: only where it checks that itself.")],
        Reason.SubjectActMalformed => [Elsewhere("Have the issuer write act and may_act as objects with a string sub, and the string iss at most.")],
        Reason.SubjectNotForCaller =>
        [
            Ask($"Let the client send it that the {role} token was issued to, or whose API it is for."),
            Registry("If its aud or azp is another name of this client, add it to known_as; if this client is the server of that API, to serves.", NotForCaller),
        ],
        Reason.SubjectRevoked => [Ask("Get a new one: begin again with a sign-in. What was revoked stays so, and so does what descends from it."), Registry("If the client that it was issued to was removed or disabled, that ended it.", "That may have been why.")],
        Reason.SubjectUsedUp => [Ask($"{RemedyTexts.AnotherToken} {RemedyTexts.PerhapsStolen}")],
        Reason.SubjectKeyBound => [Ask($"Send a {role} token without cnf; this version cannot check the proof of its key.")],
        _ => [Ask("Look the decision up: a public client is not told why its token failed; explain and the ledger say it.")],
    };

    internal const string NotForCaller = "If neither is so, the token was issued to somebody else and is rightly refused: to take it would make this client a confused deputy.";
}
