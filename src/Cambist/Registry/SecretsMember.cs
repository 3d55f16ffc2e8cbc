using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary><c>secrets</c> of a client. Hashed at once; no secret is kept, and none is ever in a message.</summary>
static class SecretsMember
{
    const int MostLive = 2;
    const int ShortSecret = 16;
    static readonly byte[] HashOfNothing = SHA256.HashData([]);

    public static ImmutableArray<ClientSecret> Read(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        var live = ImmutableArray.CreateBuilder<ClientSecret>();
        var items = NodeReader.Items(node);
        if (node is DocumentList { Items.Count: 0 }) nodes.Error(node, "the list is empty; write { file: … } or { sha256: … }, or auth: none for a public client");
        var isWhole = items.Count > 0;
        foreach (var item in items)
        {
            var secrets = Entry(item, draft, nodes);
            isWhole &= secrets is not null;
            foreach (var secret in secrets ?? [])
            {
                if (secret.ExpiresAt <= draft.Source.Now)
                    nodes.Warning(item.Position, item.Path, $"expired on {secret.ExpiresAt:yyyy-MM-dd} and works no more; delete it");
                else if (live.Any(other => other.Sha256.Span.SequenceEqual(secret.Sha256.Span)))
                    nodes.Error(item, "holds a secret that is listed already; delete one of them");
                else
                    live.Add(secret);
            }
        }

        if (live.Count > MostLive) nodes.Error(node, $"{live.Count} secrets are live, and at most two may be: the old one and the new one while it is rolled out");
        if (isWhole && live.Count == 0) nodes.Warning(node.Position, node.Path, "no secret is live, so this client cannot authenticate; 'cambist new secret' makes one");
        return live.ToImmutable();
    }

    /// <summary>The secrets of one entry; null where it could not be read, which has been reported.</summary>
    static List<ClientSecret>? Entry(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        if (nodes.Map(node, "{ file: NAME } or { sha256: HEX }; 'cambist new secret' makes both") is not { } map) return null;
        var (sha256, file, value) = (map.Take("sha256"), map.Take("file"), map.Take("value"));
        var expiresNode = map.Take("expires");
        map.Done();
        var expires = expiresNode is null ? null : Date(expiresNode, nodes);

        var written = new[] { sha256, file, value }.Count(source => source is not null);
        if (written != 1)
        {
            nodes.Error(node, written == 0 ? "holds no secret; write { file: NAME } or { sha256: HEX }" : "one entry is one secret; write sha256, file and value in entries of their own");
            return null;
        }

        return sha256 is not null ? Hash(sha256, expires, nodes)
            : file is not null ? Lines(file, expires, draft, nodes)
            : Value(value!, expires, draft, nodes);
    }

    static List<ClientSecret>? Hash(DocumentNode node, DateTimeOffset? expires, NodeReader nodes)
    {
        if (nodes.Text(node, "64 hex digits") is not { } hex) return null;
        if (hex.Length != 64 || !hex.All(char.IsAsciiHexDigit))
        {
            nodes.Error(node, "must be 64 hex digits, the SHA-256 of the secret's UTF-8 bytes; 'cambist new secret' makes a secret and its hash");
            return null;
        }

        var hash = Convert.FromHexString(hex);
        if (!hash.AsSpan().SequenceEqual(HashOfNothing)) return [new(hash, expires)];
        nodes.Error(node, "is the hash of nothing at all, which anybody could send; 'cambist new secret' makes a secret and its hash");
        return null;
    }

    static List<ClientSecret>? Lines(DocumentNode node, DateTimeOffset? expires, RegistryDraft draft, NodeReader nodes)
    {
        if (SecretFiles.Read(node, draft, nodes) is not { } file) return null;
        var content = file.Content.Span;
        if (content.StartsWith("\uFEFF"u8)) content = content[3..];
        if (!System.Text.Unicode.Utf8.IsValid(content))
        {
            nodes.Error(node, "the file is no UTF-8 text; write one secret a line");
            return null;
        }

        if (content.StartsWith("secret  "u8) || content.StartsWith("{\"secret\""u8))
        {
            nodes.Error(node, "the file holds all that 'cambist new secret' printed, and would be taken for a secret as it is; keep the secret alone in it");
            return null;
        }

        var secrets = new List<ClientSecret>();
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = content[range];
            if (line.EndsWith("\r"u8)) line = line[..^1];
            if (line.IsEmpty) continue;
            if (secrets.Count == MostLive)
            {
                nodes.Error(node, "the file holds more than two secrets; at most two may be live, one a line");
                return null;
            }

            WarnIfShort(line.Length, node, nodes);
            if (line[0] is (byte)' ' or (byte)'\t' || line[^1] is (byte)' ' or (byte)'\t')
                nodes.Warning(node.Position, node.Path, "a secret in the file begins or ends with a space, which the client must send, too; delete it, if nobody meant it");
            secrets.Add(new(SHA256.HashData(line), expires));
        }

        if (secrets.Count > 0) return secrets;
        nodes.Error(node, "the file is empty; write one secret a line ('cambist new secret' makes one)");
        return null;
    }

    static List<ClientSecret>? Value(DocumentNode node, DateTimeOffset? expires, RegistryDraft draft, NodeReader nodes)
    {
        draft.HoldsSecret = true;
        if (nodes.Text(node, "the secret") is not { } secret) return null;
        if (!draft.IsLoopback && !draft.Source.AllowHttp)
        {
            nodes.Error(node, "a secret in the registry itself is for trying things out on loopback; write { file: NAME } or { sha256: HEX }");
            return null;
        }

        WarnIfShort(secret.Length, node, nodes);
        return [new(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), expires)];
    }

    static void WarnIfShort(int length, DocumentNode node, NodeReader nodes)
    {
        if (length < ShortSecret) nodes.Warning(node.Position, node.Path, $"a secret of fewer than {ShortSecret} characters can be guessed; 'cambist new secret' makes one that cannot");
    }

    static DateTimeOffset? Date(DocumentNode node, NodeReader nodes)
    {
        if (nodes.Text(node, "a date such as 2030-01-31") is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return new(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        nodes.Error(node, $"'{text}' is no date; write year-month-day such as 2030-01-31 (it ends at 00:00 UTC of that day)");
        return null;
    }
}
