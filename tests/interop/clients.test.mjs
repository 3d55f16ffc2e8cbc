// Every way in which a client may prove who it is, every class of refusal, and an API that verifies with jose, as the
// libraries perform and understand them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { SignJWT, createRemoteJWKSet, generateKeyPair, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { startCambist } from './cambist.mjs';
import { login } from './login.mjs';
import { startProvider } from './provider.mjs';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ORDERS = 'https://orders.example.com';
const BILLING = 'https://billing.example.com';
const AWAY = 'http://127.0.0.1:9'; // nobody listens there
const SECRET = 'the-secret-of-web-here';
const ODD_SECRET = 'p:s+% é&="\\!~*\'()-_./?#[]@';
const loopback = { [oauth.allowInsecureRequests]: true };

let provider;
let cambist;
let server; // what oauth4webapi learnt from our metadata
let idToken;
let idTokenForUs;
let api;

const registry = (issuer) => `
issuer: ${issuer}
issuers:
  login:
    issuer: ${provider.issuer}
    tokens: { id_token: { audiences: [web, server] } }
    subject: "{sub}"
  away:
    issuer: ${AWAY}
    tokens: { id_token: { audiences: web } }
    subject: "away:{sub}"
resources:
  orders:  { identifiers: ${ORDERS},  scopes: [read, write] }
  billing: { identifiers: ${BILLING}, scopes: [read, pay] }
clients:
  web:    { secrets: { value: ${SECRET} } }
  poster: { secrets: { value: ${SECRET} }, auth: client_secret_post, known_as: web }
  "odd.client~1": { secrets: { value: ${JSON.stringify(ODD_SECRET)} }, known_as: web }
  page:   { auth: none }
  orders: { secrets: { value: ${SECRET} }, serves: orders, client_credentials: { billing: read } }
  idle:   { secrets: { value: ${SECRET} } }
rules:
  - { name: sign-in, clients: [web, poster, "odd.client~1"], subject: { issuer: [login, away] }, actor: none, targets: { orders: [read, write] } }
  - { name: page, clients: page, subject: { issuer: login, where: { tenant: acme } }, actor: none, targets: { orders: [read] } }
  - { name: on-behalf, clients: orders, targets: { billing: { read: [read, write] } } }
`;

before(async () => {
  cambist = await startCambist(async (issuer) => {
    provider = await startProvider({ clients: [issuer] }); // at which our own issuer is a client: its ID tokens are for us
    return registry(issuer);
  });
  const issuer = new URL(cambist.issuer);
  server = await oauth.processDiscoveryResponse(issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...loopback }));
  ({ id_token: idToken } = await login(provider.issuer, 'alice'));
  ({ id_token: idTokenForUs } = await login(provider.issuer, 'alice', cambist.issuer));
  api = await startApi(ORDERS);
});

after(async () => {
  api?.close();
  await cambist?.stop();
  provider?.stop();
});

/** An API as its author would write it with jose: keys by the issuer's metadata, `typ`, `iss` and `aud` checked. */
async function startApi(audience) {
  const keys = createRemoteJWKSet(new URL(server.jwks_uri));
  const listener = createServer((request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    jwtVerify(token, keys, { issuer: server.issuer, audience, typ: 'at+jwt', requiredClaims: ['client_id', 'jti', 'iat', 'exp'] })
      .then(({ payload }) => response.writeHead(200).end(JSON.stringify(payload)), (e) => response.writeHead(401).end(e.code));
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return listener;
}

const call = (token) => fetch(`http://127.0.0.1:${api.address().port}/`, { headers: { authorization: `Bearer ${token}` } });

const form = { subject_token_type: ID_TOKEN, resource: ORDERS };

/** The same request by both libraries; what each of them makes of the answer. */
const libraries = {
  oauth4webapi: async (clientId, authentication, grant, parameters) => {
    const as = { client_id: clientId };
    const response = await oauth.genericTokenEndpointRequest(server, as, authentication, grant, parameters, loopback);
    return oauth.processGenericTokenEndpointResponse(server, as, response);
  },
  'openid-client': async (clientId, authentication, grant, parameters) => {
    const config = new client.Configuration(server, clientId, undefined, authentication);
    client.allowInsecureRequests(config);
    return client.genericGrantRequest(config, grant, parameters);
  },
};

const basic = oauth.ClientSecretBasic(SECRET);
const ways = [
  ['client_secret_basic', 'web', basic],
  ['client_secret_basic with odd characters', 'odd.client~1', oauth.ClientSecretBasic(ODD_SECRET)],
  ['client_secret_post', 'poster', oauth.ClientSecretPost(SECRET)],
];

for (const [library, send] of Object.entries(libraries)) {
  for (const [way, clientId, authentication] of ways) {
    test(`${library} authenticates by ${way} and exchanges`, async () => {
      const answer = await send(clientId, authentication, TOKEN_EXCHANGE, { ...form, subject_token: idToken, scope: 'read' });
      assert.equal(answer.issued_token_type, ACCESS_TOKEN);
      assert.equal(answer.scope, 'read');
      const welcomed = await call(answer.access_token);
      assert.equal(welcomed.status, 200);
      assert.equal((await welcomed.json()).client_id, clientId);
    });
  }

  test(`${library} exchanges as a public client an ID token that is for us`, async () => {
    const answer = await send('page', oauth.None(), TOKEN_EXCHANGE, { ...form, subject_token: idTokenForUs });
    assert.equal((await (await call(answer.access_token)).json()).sub, 'alice');
    await refused(send('page', oauth.None(), TOKEN_EXCHANGE, { ...form, subject_token: idToken }), 400, 'invalid_grant');
  });

  test(`${library} hands a token on, and the API for which it is not refuses it`, async () => {
    const received = await send('web', basic, TOKEN_EXCHANGE, { ...form, subject_token: idToken, scope: 'read write' });
    const answer = await send('orders', basic, TOKEN_EXCHANGE, { subject_token: received.access_token, subject_token_type: ACCESS_TOKEN, resource: BILLING });
    const claims = await oauth.validateJwtAccessToken(server, new Request(`${BILLING}/x`, { headers: { authorization: `Bearer ${answer.access_token}` } }), BILLING, loopback);
    assert.deepEqual([claims.sub, claims.act, claims.scope], ['alice', { sub: 'orders' }, 'read']);
    assert.equal((await call(answer.access_token)).status, 401);
  });

  test(`${library} understands every class of refusal`, async () => {
    const web = (parameters, grant = TOKEN_EXCHANGE) => send('web', basic, grant, parameters);
    const good = { ...form, subject_token: idToken };
    await refused(web({ ...form }), 400, 'invalid_request');
    await refused(web({ ...good, subject_token: 'no-token' }), 400, 'invalid_grant', 'subject_malformed');
    await refused(web({ ...good, resource: 'https://nobody.example.com' }), 400, 'invalid_target');
    await refused(web({ ...good, scope: 'pay' }), 400, 'invalid_scope', 'scope_not_granted');
    await refused(web({ ...good, subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }), 400, 'unsupported_token_type');
    await refused(web({ a: 'b' }, 'urn:example:no-such-grant'), 400, 'unsupported_grant_type');
    await refused(send('idle', basic, TOKEN_EXCHANGE, good), 400, 'unauthorized_client');
    await unavailable(web({ ...good, subject_token: await tokenOfAway() }));
  });

  test(`${library} takes a wrong secret for a challenge`, async () => {
    await assert.rejects(send('web', oauth.ClientSecretBasic('wrong'), TOKEN_EXCHANGE, { ...form, subject_token: idToken }), (thrown) => {
      assert.ok(thrown instanceof oauth.WWWAuthenticateChallengeError, String(thrown));
      assert.equal(thrown.status, 401);
      assert.equal(thrown.cause[0].scheme, 'basic');
      return true;
    });
  });
}

test('who guesses secrets is told when to come again, and a right one passes all the same', async () => {
  for (const send of Object.values(libraries)) {
    let thrown;
    for (let tries = 0; tries < 30 && thrown?.status !== 429; tries += 1) {
      thrown = await send('poster', oauth.ClientSecretPost('wrong'), TOKEN_EXCHANGE, { ...form, subject_token: idToken }).catch((e) => e);
    }
    assert.ok(thrown instanceof oauth.ResponseBodyError, String(thrown));
    assert.deepEqual([thrown.status, thrown.error, thrown.cause.reason], [429, 'invalid_client', 'too_many_failures']);
    assert.ok(Number(thrown.response.headers.get('retry-after')) >= 1);
    await send('poster', oauth.ClientSecretPost(SECRET), TOKEN_EXCHANGE, { ...form, subject_token: idToken });
  }
});

test('client credentials by either library are a token that validateJwtAccessToken takes', async () => {
  const as = { client_id: 'orders' };
  const response = await oauth.clientCredentialsGrantRequest(server, as, basic, { scope: 'read' }, loopback);
  const config = new client.Configuration(server, 'orders', undefined, basic);
  client.allowInsecureRequests(config);
  for (const answer of [await oauth.processClientCredentialsResponse(server, as, response), await client.clientCredentialsGrant(config, { resource: BILLING })]) {
    const claims = await oauth.validateJwtAccessToken(server, new Request(`${BILLING}/x`, { headers: { authorization: `Bearer ${answer.access_token}` } }), BILLING, loopback);
    assert.deepEqual([claims.sub, claims.client_id, claims.scope, claims.act], ['orders', 'orders', 'read', undefined]);
  }
});

test('either metadata document is one that openid-client discovers by', async () => {
  for (const algorithm of ['oauth2', 'oidc']) {
    const config = await client.discovery(new URL(cambist.issuer), 'web', undefined, client.ClientSecretBasic(SECRET), { algorithm, execute: [client.allowInsecureRequests] });
    const answer = await client.genericGrantRequest(config, TOKEN_EXCHANGE, { ...form, subject_token: idToken });
    assert.equal(answer.token_type, 'bearer');
  }
});

test('a token that was changed, or signed by somebody else, is refused by an API on jose', async () => {
  const { access_token: token } = await libraries.oauth4webapi('web', basic, TOKEN_EXCHANGE, { ...form, subject_token: idToken });
  const { privateKey } = await generateKeyPair('ES256');
  const [header, payload] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  const forged = await new SignJWT(payload).setProtectedHeader(header).sign(privateKey);
  assert.equal((await call(token)).status, 200);
  assert.equal((await call(forged)).status, 401);
  assert.equal((await call(idToken)).status, 401);
});

/** An ID token of the issuer whose keys cannot be had. */
async function tokenOfAway() {
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'a', typ: 'JWT' })
    .setIssuer(AWAY).setSubject('alice').setAudience('web').setIssuedAt().setExpirationTime('5m').sign(privateKey);
}

async function refused(sent, status, error, reason) {
  await assert.rejects(sent, (thrown) => {
    assert.ok(thrown instanceof oauth.ResponseBodyError, String(thrown));
    assert.deepEqual([thrown.status, thrown.error], [status, error]);
    assert.ok(thrown.error_description.length > 10);
    assert.equal(thrown.error_description, thrown.cause.error_description);
    assert.match(thrown.cause.decision_id, /^[0-9a-f]{32}$/);
    if (reason) assert.equal(thrown.cause.reason, reason);
    return true;
  });
}

/** To both libraries a 5xx is no answer of the token endpoint but a response that its caller may look at. */
async function unavailable(sent) {
  const thrown = await sent.then(() => assert.fail('it was granted'), (e) => e);
  const response = [thrown, thrown.cause, thrown.cause?.cause].find((one) => one instanceof Response);
  assert.ok(response, String(thrown));
  assert.equal(response.status, 503);
  assert.ok(Number(response.headers.get('retry-after')) >= 1);
  const { error, reason } = await response.json();
  assert.deepEqual([error, reason], ['temporarily_unavailable', 'issuer_keys_unavailable']);
}
