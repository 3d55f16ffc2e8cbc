using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>Two listeners: what carries tokens is on one, what administers is on the other, health is on both.</summary>
public sealed class ListenerTests
{
    [Fact]
    public async Task Protocol_endpoints_are_not_on_the_management_listener_and_health_is_on_both()
    {
        await using var deployment = await Deployment.StartAsync();
        var server = deployment.Server;
        foreach (var path in (string[])["/jwks", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"])
        {
            (await StatusAsync(server.Http, server.Issuer + path)).ShouldBe(HttpStatusCode.OK, path);
            (await StatusAsync(server.Http, server.Management + path)).ShouldBe(HttpStatusCode.NotFound, path);
        }

        foreach (var path in (string[])["/health/live", "/health/ready"])
        {
            (await StatusAsync(server.Http, server.Issuer + path)).ShouldBe(HttpStatusCode.OK, path);
            (await StatusAsync(server.Http, server.Management + path)).ShouldBe(HttpStatusCode.OK, path);
        }

        using var content = new FormUrlEncodedContent(Deployment.ExchangeForm(deployment.IdToken()));
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Management + "/token") { Content = content };
        request.Headers.Host = new Uri(server.Issuer).Authority; // whatever the client claims
        request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", Deployment.WebSecret));
        (await server.Http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await deployment.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Https_with_a_certificate_from_the_settings_is_served()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-tls-");
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var asked = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Parse("127.0.0.2"));
            asked.CertificateExtensions.Add(names.Build());
            using var certificate = asked.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
            var (path, keyPath) = (Path.Combine(folder.FullName, "tls.crt"), Path.Combine(folder.FullName, "tls.key"));
            await File.WriteAllTextAsync(path, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
            var settings = new Dictionary<string, string> { ["KESTREL__CERTIFICATES__DEFAULT__PATH"] = path, ["KESTREL__CERTIFICATES__DEFAULT__KEYPATH"] = keyPath };

            await using var deployment = await Deployment.StartAsync(settings, alsoOn: IPAddress.Parse("127.0.0.2"), alsoScheme: "https");
            var trusted = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { certificate }, RevocationMode = X509RevocationMode.NoCheck };
            using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trusted }, UseProxy = false }, disposeHandler: true);
            (await StatusAsync(http, deployment.Server.AlsoOn + "/jwks")).ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<HttpStatusCode> StatusAsync(HttpClient http, string address)
    {
        using var response = await http.GetAsync(address, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
