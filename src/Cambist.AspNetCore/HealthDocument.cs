using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Cambist.AspNetCore;

/// <summary>What readiness says, to whoever asks: no secret, and of paths no more than the registry file's name.</summary>
static class HealthDocument
{
    /// <summary>Ready with a store that can be used and a key to sign with; degraded, and still ready, while the document on disk is refused and the last good one is served.</summary>
    public static (bool IsReady, ReadOnlyMemory<byte> Document) Of(ActiveRegistry registry, bool canSign, bool canStore)
    {
        var refused = registry.Refused;
        var body = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("status", !canStore ? "store unavailable" : !canSign ? "no signing key" : refused is null ? "ready" : "degraded");
        json.WriteString("registry_revision", registry.Current.Revision);
        if (refused is not null)
        {
            json.WriteStartObject("registry_refused");
            json.WriteString("file", refused.FileName);
            json.WriteString("revision", refused.Revision);
            json.WriteNumber("errors", refused.Errors);
            json.WriteString("since", refused.Since.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteString("message", "The registry file, or a file it names, cannot be used, or a policy test of it fails, and the last good registry is served. The log has every error; mend it, and it is read again by itself.");
        }

        json.WriteEndObject();
        json.Flush();
        return (canSign && canStore, body.WrittenMemory);
    }
}
