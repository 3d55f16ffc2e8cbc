using Cambist.Protocol;

namespace Cambist;

/// <summary>Step 5: the one resource a token is for, and the <c>aud</c> it will carry.</summary>
internal sealed record Target(ProtectedResource Resource, string Audience)
{
    /// <summary>
    /// Reads what was named, if anything was, into the walk: <c>resource</c> (RFC 8707 §2) and <c>audience</c> (RFC 8693 §2.1). Names of one resource collapse, several
    /// resources are refused. The first <c>resource</c> is the <c>aud</c>, else the first <c>audience</c>; by exact string, always.
    /// </summary>
    public static Denied? Read(Walk walk, RequestedTargets requested)
    {
        var redeemed = walk.Subject?.Redeemed;
        if (requested.IsEmpty && redeemed is null) return null;
        if (!(requested.IsEmpty ? redeemed!.TargetIn(walk.Registry) : Read(requested, walk.Registry)).Gives(out var target, out var denied)) return denied;
        walk.Target = target;
        return walk.Subject?.Minted?.CheckTarget(target.Resource) ?? redeemed?.CheckTarget(target);
    }

    static Result<Target> Read(RequestedTargets requested, Registry registry)
    {
        ProtectedResource? resource = null;
        string? audience = null;
        foreach (var uri in requested.Resources)
        {
            if (!registry.ResourcesByIndicator.TryGetValue(uri, out var named) && !IsResourceIndicator(uri)) return new Denied(Reason.TargetMalformed, "resource is no absolute URI without fragment (RFC 8707 §2)");
            if (named is null)
                return new Denied(Reason.TargetUnknown, $"resource is no identifier of a resource in the registry{Meant(uri, registry.Resources.Values.SelectMany(known => known.Identifiers))}");
            if (resource is not null && resource != named) return Several();
            resource = named;
            audience ??= uri;
        }

        foreach (var name in requested.Audiences)
        {
            if (!registry.ResourcesByAnyName.TryGetValue(name, out var named))
                return new Denied(Reason.TargetUnknown, $"audience is no name or identifier of a resource in the registry{Meant(name, registry.ResourcesByAnyName.Keys)}");
            if (resource is not null && resource != named) return Several();
            resource = named;
            audience ??= named.Identifiers.Contains(name) ? name : named.Identifiers[0];
        }

        return new Target(resource!, audience!);
    }

    // names of the registry only: what was sent is never repeated, and costs little however long it is
    static string Meant(string written, IEnumerable<string> known) =>
        Spelling.Nearest(written, known.Where(name => Math.Abs(name.Length - written.Length) <= 2).Take(32)) is { } nearest ? $"; perhaps {nearest} is meant, which is compared to the byte" : "";

    /// <summary>A resource by default: its first identifier is the <c>aud</c>.</summary>
    public static Target Default(ProtectedResource resource) => new(resource, resource.Identifiers[0]);

    /// <summary>Whether text may be sent as <c>resource</c>.</summary>
    public static bool IsResourceIndicator(string uri) =>
        !uri.Contains('#', StringComparison.Ordinal) && uri.IndexOf(':', StringComparison.Ordinal) > 0 && Uri.TryCreate(uri, UriKind.Absolute, out _);

    static Denied Several() => new(Reason.OneTargetAtATime, "the values of resource and audience name several resources");
}
