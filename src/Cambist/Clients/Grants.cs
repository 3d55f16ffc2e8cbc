using Cambist.Protocol;

namespace Cambist;

/// <summary>Whether a client may use a grant at all (RFC 6749 §5.2, <c>unauthorized_client</c>).</summary>
internal static class Grants
{
    public static Denied? Check(RegisteredClient client, string grantType) =>
        client.Grants.Contains(grantType)
            ? null
            : new(Reason.GrantNotAllowed, $"no rule or block of the registry gives {client.Id} this grant, or clients.{client.Id}.grants leaves it out");
}
