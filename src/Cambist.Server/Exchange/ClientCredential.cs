using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>How the client of a request shows who it is (RFC 6749 §2.3).</summary>
abstract class ClientCredential
{
    /// <summary>Its name, as metadata lists it (RFC 8414 §2).</summary>
    public abstract string Method { get; }

    /// <summary>Adds to the form, or to the request's headers.</summary>
    public abstract void AddTo(HttpRequestMessage request, List<KeyValuePair<string, string>> form);

    /// <summary>A public client, or none at all.</summary>
    public sealed class None(string? clientId) : ClientCredential
    {
        public override string Method => "none";

        public override void AddTo(HttpRequestMessage request, List<KeyValuePair<string, string>> form)
        {
            if (clientId is not null) form.Add(new(Parameters.ClientId, clientId));
        }
    }

    /// <summary>A secret in the <c>Authorization</c> header; id and secret are form-encoded first (RFC 6749 §2.3.1).</summary>
    public sealed class SecretBasic(string clientId, string secret) : ClientCredential
    {
        public override string Method => "client_secret_basic";

        public override void AddTo(HttpRequestMessage request, List<KeyValuePair<string, string>> form) =>
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic",
                Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}")));
    }

    /// <summary>A secret in the form.</summary>
    public sealed class SecretPost(string clientId, string secret) : ClientCredential
    {
        public override string Method => "client_secret_post";

        public override void AddTo(HttpRequestMessage request, List<KeyValuePair<string, string>> form)
        {
            form.Add(new(Parameters.ClientId, clientId));
            form.Add(new(Parameters.ClientSecret, secret));
        }
    }

    /// <summary>An assertion that the client signs for this server and this request (RFC 7523 §2.2).</summary>
    public sealed class Key(string clientId, SigningKey key, string issuer, TimeProvider clock) : ClientCredential
    {
        public override string Method => "private_key_jwt";

        public override void AddTo(HttpRequestMessage request, List<KeyValuePair<string, string>> form)
        {
            form.Add(new(Parameters.ClientAssertionType, PrivateKeyJwt.AssertionType));
            form.Add(new(Parameters.ClientAssertion, ClientAssertion.Sign(key, clientId, issuer, clock.GetUtcNow())));
        }
    }
}
