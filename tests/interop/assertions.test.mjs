// Clients that sign (private_key_jwt), as the libraries do it, against keys in the registry and at an address of the client's own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { startCambist } from './cambist.mjs';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ORDERS = 'https://orders.example.com';
const ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256'];
const loopback = { [oauth.allowInsecureRequests]: true };

let cambist;
let server; // what oauth4webapi learnt from our metadata
let published; // an HTTP server with the keys of a provider and of a client
const sets = { '/provider': [], '/client': [] };
const asked = { '/provider': 0, '/client': 0 };
const keys = {}; // by kid

/** A pair under a kid, and its public JWK. */
async function makeKey(kid, alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  keys[kid] = { key: privateKey, kid };
  return { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
}

const address = () => `http://127.0.0.1:${published.address().port}`;

const registry = (issuer, jwks) => `
issuer: ${issuer}
issuers:
  login: { issuer: ${address()}, jwks_uri: ${address()}/provider, tokens: { id_token: { audiences: server } }, subject: "{sub}" }
resources:
  orders: { identifiers: ${ORDERS}, scopes: [read, write] }
clients:
  keyed:  { jwks: ${JSON.stringify({ keys: jwks })}, client_credentials: { orders: read } }
  remote: { jwks_uri: ${address()}/client }
rules:
  - { name: sign-in, clients: [keyed, remote], subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [read, write] } }
`;

before(async () => {
  published = createServer((request, response) => {
    asked[request.url] += 1;
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys: sets[request.url] }));
  }).listen(0, '127.0.0.1');
  await once(published, 'listening');
  sets['/provider'] = [await makeKey('provider')];
  sets['/client'] = [await makeKey('client-1')];
  const inline = await Promise.all(ALGORITHMS.map((alg) => makeKey(alg, alg)));
  cambist = await startCambist((issuer) => registry(issuer, inline));
  const issuer = new URL(cambist.issuer);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...loopback }));
});

after(async () => {
  await cambist?.stop();
  published?.close();
});

const idToken = () => new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'provider', typ: 'JWT' })
  .setIssuer(address()).setSubject('alice').setAudience(cambist.issuer).setIssuedAt().setExpirationTime('5m').sign(keys.provider.key);

/** An exchange by either library; `sent` hears each form that leaves. */
const libraries = {
  oauth4webapi: async (clientId, authentication, sent) => {
    const as = { client_id: clientId };
    const response = await oauth.genericTokenEndpointRequest(server, as, authentication, TOKEN_EXCHANGE,
      { subject_token_type: ID_TOKEN, subject_token: await idToken() }, { ...loopback, [oauth.customFetch]: listening(sent) });
    return oauth.processGenericTokenEndpointResponse(server, as, response);
  },
  'openid-client': async (clientId, authentication, sent) => {
    const config = new client.Configuration(server, clientId, undefined, authentication);
    client.allowInsecureRequests(config);
    config[client.customFetch] = listening(sent);
    return client.genericGrantRequest(config, TOKEN_EXCHANGE, { subject_token_type: ID_TOKEN, subject_token: await idToken() });
  },
};

const listening = (sent) => (url, options) => {
  sent?.(String(options.body));
  return fetch(url, options);
};

test('the metadata say that clients may sign, and with what', () => {
  assert.ok(server.token_endpoint_auth_methods_supported.includes('private_key_jwt'));
  assert.deepEqual([...server.token_endpoint_auth_signing_alg_values_supported].sort(), ALGORITHMS);
});

for (const [library, send] of Object.entries(libraries)) {
  for (const alg of ALGORITHMS) {
    test(`${library} authenticates by ${alg} and exchanges`, async () => {
      const answer = await send('keyed', client.PrivateKeyJwt(keys[alg]));
      const claims = await oauth.validateJwtAccessToken(server, new Request(`${ORDERS}/x`, { headers: { authorization: `Bearer ${answer.access_token}` } }), ORDERS, loopback);
      assert.deepEqual([claims.sub, claims.client_id], ['alice', 'keyed']);
    });
  }

  test(`${library} signs each request anew, and nobody can send one again`, async () => {
    const forms = [];
    await send('keyed', client.PrivateKeyJwt(keys.ES256), (form) => forms.push(form));
    await send('keyed', client.PrivateKeyJwt(keys.ES256), (form) => forms.push(form));
    assert.equal(forms.length, 2);
    for (const form of forms) {
      const again = await fetch(`${cambist.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
      assert.equal(again.status, 401);
      const { error, reason, decision_id: decision } = await again.json();
      assert.deepEqual([error, reason, decision], ['invalid_client', 'client_authentication_failed', undefined]);
    }
  });

  test(`${library} takes a key that is not the client's for a challenge`, async () => {
    const { privateKey } = await generateKeyPair('ES256');
    await assert.rejects(send('keyed', client.PrivateKeyJwt({ key: privateKey, kid: 'ES256' })), (thrown) => {
      assert.ok(thrown instanceof oauth.WWWAuthenticateChallengeError, String(thrown));
      assert.equal(thrown.status, 401);
      return true;
    });
  });

  test(`${library} may call the audience by another name, and is refused for that`, async () => {
    const toEndpoint = { [client.modifyAssertion]: (_, payload) => { payload.aud = [cambist.issuer, `${cambist.issuer}/token`]; } };
    await assert.rejects(send('keyed', client.PrivateKeyJwt(keys.ES256, toEndpoint)), (thrown) => thrown.status === 401);
  });
}

test('client credentials by a signed assertion', async () => {
  const as = { client_id: 'keyed' };
  const answer = await oauth.processClientCredentialsResponse(server, as,
    await oauth.clientCredentialsGrantRequest(server, as, oauth.PrivateKeyJwt(keys.PS256), { scope: 'read' }, loopback));
  assert.equal(answer.scope, 'read');
});

test('CA-22: a client changes its key at its own address, and the next request is taken', async () => {
  const by = (kid) => libraries.oauth4webapi('remote', oauth.PrivateKeyJwt(keys[kid]));
  await by('client-1');
  await Promise.all(Array.from({ length: 10 }, () => by('client-1')));
  assert.equal(asked['/client'], 1);

  sets['/client'] = [await makeKey('client-2'), ...sets['/client']];
  await Promise.all(Array.from({ length: 10 }, () => by('client-2')));
  await by('client-1');
  assert.equal(asked['/client'], 2);

  // A third one within the 30 s: 503 with the time to wait, never a verdict.
  sets['/client'] = [await makeKey('client-3')];
  const thrown = await by('client-3').then(() => assert.fail('it was granted'), (e) => e);
  const response = [thrown, thrown.cause, thrown.cause?.cause].find((one) => one instanceof Response);
  assert.equal(response?.status, 503, String(thrown));
  assert.ok(Number(response.headers.get('retry-after')) >= 1);
  assert.equal((await response.json()).reason, 'client_keys_unavailable');
  await by('client-2');
});
