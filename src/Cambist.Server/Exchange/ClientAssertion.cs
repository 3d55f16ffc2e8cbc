using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>The JWT by which a client with a key shows who it is (RFC 7523 §3), and the key that signs it.</summary>
static class ClientAssertion
{
    static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    /// <summary>An assertion for one request. Its audience is the server's issuer alone, so that no other server can use it there (RFC 7523bis §4).</summary>
    public static string Sign(SigningKey key, string clientId, string issuer, DateTimeOffset now)
    {
        var payload = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteString("iss", clientId);
            json.WriteString("sub", clientId);
            json.WriteString("aud", issuer);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + Life).ToUnixTimeSeconds());
            json.WriteString("jti", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
            json.WriteEndObject();
        }

        var signed = $"{Encoding.ASCII.GetString(key.EncodeHeader("client-authentication+jwt"))}.{Base64Url.EncodeToString(payload.WrittenSpan)}";
        var signature = new byte[key.SignatureBytes];
        var length = key.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{Base64Url.EncodeToString(signature.AsSpan(0, length))}";
    }

    /// <summary>Reads what <c>cambist new client-key</c> writes. Only an RSA key leaves a choice of algorithm.</summary>
    /// <exception cref="FailedException">It is no such key, or one for another algorithm.</exception>
    public static SigningKey ReadKey(string pem, string? algorithm)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || !pem.AsSpan()[fields.Label].SequenceEqual("PRIVATE KEY"))
            throw new FailedException("--client-key holds no unencrypted PKCS #8 key (-----BEGIN PRIVATE KEY-----); cambist new client-key makes one, openssl pkcs8 -topk8 -nocrypt turns others into one");
        var pkcs8 = Convert.FromBase64String(pem[fields.Base64Data]);
        var keys = JwsAlgorithm.OfClients.Select(known => TryImport(known, pkcs8)).OfType<SigningKey>().ToArray();
        if (keys.Length == 0) throw new FailedException("--client-key is no key for ES256, ES384, PS256 or RS256 (P-256, P-384, or RSA of at least 2048 bits)");
        if (algorithm is not null) return Array.Find(keys, key => key.Algorithm.Name == algorithm) ?? throw new FailedException($"--client-key is no key for {algorithm}, but for {Names(keys)}");
        return keys.Length == 1 ? keys[0] : throw new FailedException($"--client-key is an RSA key: say with --alg which of {Names(keys)} the server knows it for (alg in its jwks)");
    }

    static SigningKey? TryImport(JwsAlgorithm algorithm, byte[] pkcs8)
    {
        try
        {
            return SigningKey.Import(algorithm, pkcs8);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    static string Names(SigningKey[] keys) => string.Join(" and ", keys.Select(key => key.Algorithm.Name));
}
