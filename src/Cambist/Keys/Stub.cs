namespace Cambist;
internal sealed class IssuerKeys { public ValueTask<IssuerKeyAnswer> FindAsync(TrustedIssuer i, string? kid, JwsAlgorithm a, long? iat, CancellationToken c) => throw new InvalidOperationException(); }
internal readonly record struct IssuerKeyAnswer(VerificationKey? Key) { public Denied ToDenied(TrustedIssuer i) => throw new InvalidOperationException(); }
internal sealed class KeyRing { public KeySet Current => throw new InvalidOperationException(); }
internal sealed class KeySet { public SigningKey Active => null!; public ReadOnlyMemory<byte> LineageKey; public VerificationKey? Find(string kid) => null; }
