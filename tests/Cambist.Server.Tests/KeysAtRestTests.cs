using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Storage.Sqlite;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>What lies on the disk of a stopped, a killed and a running server.</summary>
public sealed class KeysAtRestTests
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Private_keys_are_sealed_under_the_key_file_and_all_files_are_their_owners_alone()
    {
        await using var deployment = await Deployment.StartAsync();
        (await deployment.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
        await deployment.Server.KillAsync(); // so that the WAL stays, too

        var folder = deployment.Server.Folder;
        foreach (var name in (string[])["cambist.key", "cambist.db", "cambist.db-wal", "cambist.db-shm"])
        {
            File.Exists(Path.Combine(folder, name)).ShouldBeTrue(name);
            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path.Combine(folder, name)).ShouldBe(OwnerOnly, name);
        }

        var sealedKeys = await SealedKeysAsync(deployment.Database);
        sealedKeys.Select(key => key.Use).ShouldBe([StoredKeyUse.Lineage, StoredKeyUse.Signing], ignoreOrder: true);
        var sealingKey = Convert.FromBase64String((await File.ReadAllLinesAsync(Path.Combine(folder, "cambist.key"), Cancellation)).Single(line => line.Length > 0));
        var files = Directory.EnumerateFiles(folder, "cambist.db*").Select(file => (Name: Path.GetFileName(file), Bytes: File.ReadAllBytes(file))).ToArray();
        foreach (var key in sealedKeys)
        {
            files.Any(file => Holds(file.Bytes, key.Sealed.ToArray())).ShouldBeTrue("the search finds what is there");
            var privateKey = Unseal(key, sealingKey);
            foreach (var secret in Forms(key, privateKey))
                files.Where(file => Holds(file.Bytes, secret)).Select(file => file.Name).ShouldBeEmpty($"the private key {key.KeyId} lies there in the clear");
        }

        files.Any(file => Holds(file.Bytes, sealingKey)).ShouldBeFalse("the sealing key lies in the store that it seals");
    }

    [Fact]
    public async Task Keys_survive_a_restart_and_tokens_issued_before_it_are_exchanged_after_it()
    {
        await using var deployment = await Deployment.StartAsync();
        var issued = await deployment.ExchangeAsync();
        var keys = await KeyIdsAsync(deployment.Server);
        issued.Jwt.HeaderJson["kid"]!.GetValue<string>().ShouldBe(keys.ShouldHaveSingleItem());

        (await deployment.Server.StopAsync(Cancellation)).ShouldBe(0, deployment.Server.Output);
        await deployment.Server.RestartAsync(Cancellation);

        (await KeyIdsAsync(deployment.Server)).ShouldBe(keys);
        var exchanged = await deployment.ExchangeOnAsync(issued.AccessToken);
        exchanged.Status.ShouldBe(HttpStatusCode.OK, exchanged.Body);
        ((string?)exchanged.Claims["jti"])!.ShouldStartWith((string?)issued.Claims["jti"] + ".");
        ((string?)exchanged.Claims["act"]!["sub"]).ShouldBe("orders");
    }

    static async Task<string[]> KeyIdsAsync(ServerProcess server) =>
        [.. JsonNode.Parse(await server.Http.GetStringAsync($"{server.Issuer}/jwks", Cancellation))!["keys"]!.AsArray().Select(key => (string)key!["kid"]!)];

    static async Task<IReadOnlyList<SealedKey>> SealedKeysAsync(string database)
    {
        var copy = Directory.CreateTempSubdirectory("cambist-copy-");
        try
        {
            // A copy: opening and closing the original would move the WAL into it.
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(database)!, "cambist.db*")) File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
            await using var store = SqliteStore.Open(Path.Combine(copy.FullName, "cambist.db"), TimeProvider.System, new() { BesideServer = true });
            return (await store.Keys.ReadAsync(Cancellation)).Keys;
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    /// <summary>By hand, as the form is described: version, 8 bytes of the sealing key's hash, nonce, ciphertext, tag.</summary>
    static byte[] Unseal(SealedKey key, byte[] sealingKey)
    {
        var bytes = key.Sealed.Span;
        var privateKey = new byte[bytes.Length - 21 - 16];
        using var aes = new AesGcm(sealingKey, tagSizeInBytes: 16);
        aes.Decrypt(bytes.Slice(9, 12), bytes[21..^16], bytes[^16..], privateKey, Encoding.UTF8.GetBytes(key.KeyId));
        return privateKey;
    }

    static IEnumerable<byte[]> Forms(SealedKey key, byte[] privateKey)
    {
        yield return privateKey;
        yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(privateKey));
        if (key.Use != StoredKeyUse.Signing) yield break;
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(privateKey, out _);
        var d = ecdsa.ExportParameters(includePrivateParameters: true).D!;
        yield return d;
        yield return Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(d));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(d));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(d));
    }

    static bool Holds(byte[] bytes, byte[] what) => bytes.AsSpan().IndexOf(what) >= 0;
}
