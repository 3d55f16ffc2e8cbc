using System.Collections.Frozen;

namespace Cambist;

/// <summary>
/// Which issuer a subject of our tokens came from, so that revoking an issuer reaches what was issued for its tokens. It is read off
/// the subject's name, since subjects of issuers are told apart by prefix: no claim has to carry it from hop to hop.
/// </summary>
sealed class SubjectOrigins
{
    readonly FrozenDictionary<string, string> _byPrefix;
    readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _byPrefixSpan;
    readonly TrustedIssuer? _bare;

    public SubjectOrigins(IEnumerable<TrustedIssuer> issuers)
    {
        var named = issuers.Where(issuer => issuer.Subject is not null).ToArray();
        _byPrefix = named.Where(issuer => !issuer.Subject.IsBare).ToFrozenDictionary(issuer => issuer.Subject.Prefix, issuer => issuer.Name, StringComparer.Ordinal);
        _byPrefixSpan = _byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
        _bare = Array.Find(named, issuer => issuer.Subject.IsBare);
    }

    /// <summary>The issuer's name; <c>impersonation</c> for who was impersonated, <c>self</c> for a client of ours.</summary>
    public string Of(string subject, SubjectKind kind)
    {
        if (kind == SubjectKind.Impersonated) return ReservedNames.Impersonation;
        for (var colon = subject.IndexOf(':', StringComparison.Ordinal); colon >= 0; colon = subject.IndexOf(':', colon + 1))
            if (_byPrefixSpan.TryGetValue(subject.AsSpan(0, colon + 1), out var name)) return name; // prefixes end in ':' and none begins another
        return _bare?.Kind == kind ? _bare.Name : ReservedNames.Self;
    }
}
