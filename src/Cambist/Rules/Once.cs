using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary><c>once: true</c>: each subject token once a target under the rule, whoever calls.</summary>
internal static class Once
{
    /// <summary>
    /// The key that an exchange consumes: the rule, the target and the token's lineage id, which is the <c>jti</c> of one of ours and
    /// of any other the root over its signed bytes, so that a second signature or another declared type makes no second token of it.
    /// </summary>
    public static OneTimeKey KeyOf(Rule rule, Target target, ResolvedToken subject)
    {
        // No name and no id holds a line break.
        var text = $"{rule.Name}\n{target.Resource.Name}\n{subject.Lineage.Id}";
        return new(OneTimeKeyKind.Once, SHA256.HashData(Encoding.UTF8.GetBytes(text)), subject.ExpiresAt * 1000);
    }
}
