using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Cambist;

/// <summary>A <see cref="DecisionInput"/> on its way into the ledger: it is written where the entry is, so that it need not be encoded on its own before.</summary>
/// <param name="input">What was decided on.</param>
/// <param name="mentioned">The claims that are kept.</param>
/// <param name="entitlement">What is kept of a refusal besides.</param>
internal sealed class InputToRecord(DecisionInput input, ImmutableArray<ClaimPath> mentioned, RecordedEntitlement? entitlement)
{
    /// <summary>Writes it into an entry.</summary>
    public void WriteTo(Utf8JsonWriter json) => DecisionInputJson.Write(json, input, mentioned, entitlement);

    /// <summary>The JSON object by itself.</summary>
    public ReadOnlyMemory<byte> Encode()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = LedgerEntryJson.CreateWriter(buffer)) WriteTo(json);
        return buffer.WrittenMemory;
    }
}
