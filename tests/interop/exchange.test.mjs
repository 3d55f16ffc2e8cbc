import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
const loopback = { [oauth.allowInsecureRequests]: true };

let provider;
let cambist;
let server; // what oauth4webapi learnt from our metadata
let idToken;

const registry = (issuer) => `
issuer: ${issuer}
issuers:
  login:
    issuer: ${provider.issuer}
    tokens: { id_token: { audiences: web } }
    subject: "{sub}"
resources:
  orders:  { identifiers: ${ORDERS},  scopes: [read, write], claims: [email, tenant] }
  billing: { identifiers: ${BILLING}, scopes: [read, pay],   claims: tenant }
clients:
  web:    { secrets: { value: the-secret-of-web-here } }
  other:  { secrets: { value: the-secret-of-other-here } }
  orders: { secrets: { value: the-secret-of-orders-here }, serves: orders }
rules:
  - name: sign-in
    clients: [web, other]
    subject: { issuer: login }
    actor: none
    targets: { orders: [read, write] }
  - name: orders-on-behalf-of-users
    clients: orders
    targets: { billing: { read: [read, write] } }
`;

before(async () => {
  provider = await startProvider();
  cambist = await startCambist(registry);
  const issuer = new URL(cambist.issuer);
  server = await oauth.processDiscoveryResponse(issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...loopback }));
  ({ id_token: idToken } = await login(provider.issuer, 'alice'));
});

after(async () => {
  await cambist?.stop();
  provider?.stop();
});

/** An exchange as oauth4webapi performs and checks it; throws ResponseBodyError on a refusal. */
async function exchange(clientId, parameters) {
  const as = { client_id: clientId };
  const response = await oauth.genericTokenEndpointRequest(server, as,
    oauth.ClientSecretBasic(`the-secret-of-${clientId}-here`), TOKEN_EXCHANGE, parameters, loopback);
  return oauth.processGenericTokenEndpointResponse(server, as, response);
}

/** What a resource server that uses oauth4webapi makes of a token sent to it. */
function atResource(audience, token) {
  const request = new Request(`${audience}/things`, { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(server, request, audience, loopback);
}

const signIn = { subject_token_type: ID_TOKEN, resource: ORDERS };
const refused = (error, reason) => (thrown) => {
  assert.ok(thrown instanceof oauth.ResponseBodyError, String(thrown));
  assert.equal(thrown.error, error);
  assert.equal(thrown.cause.reason, reason);
  return true;
};

test('an ID token of oidc-provider becomes an access token that oauth4webapi accepts', async () => {
  const answer = await exchange('web', { ...signIn, subject_token: idToken, scope: 'read' });
  assert.equal(answer.issued_token_type, ACCESS_TOKEN);
  assert.equal(answer.token_type, 'bearer'); // the library lowercases it
  assert.equal(answer.scope, 'read');
  assert.ok(answer.expires_in > 0 && answer.expires_in <= 600);

  const claims = await atResource(ORDERS, answer.access_token);
  assert.equal(claims.sub, 'alice');
  assert.equal(claims.client_id, 'web');
  assert.equal(claims.scope, 'read');
  assert.equal(claims.email, 'alice@example.com');
  assert.equal(claims.tenant, 'acme');
  assert.equal(claims.act, undefined);
  assert.equal(claims.groups, undefined, 'only the claims that the resource lists are copied');
});

test('the access token is refused by oauth4webapi at another resource', async () => {
  const { access_token: token } = await exchange('web', { ...signIn, subject_token: idToken });
  await assert.rejects(atResource(BILLING, token), /aud/);
});

test('the API exchanges what it received for the next API and is named as the actor', async () => {
  const received = await exchange('web', { ...signIn, subject_token: idToken, scope: 'read write' });
  const answer = await exchange('orders',
    { subject_token: received.access_token, subject_token_type: ACCESS_TOKEN, resource: BILLING });
  const claims = await atResource(BILLING, answer.access_token);
  assert.equal(claims.sub, 'alice');
  assert.deepEqual(claims.act, { sub: 'orders' });
  assert.equal(claims.scope, 'read');
});

test('openid-client performs the same exchange', async () => {
  const config = await client.discovery(new URL(cambist.issuer), 'web', undefined,
    client.ClientSecretBasic('the-secret-of-web-here'),
    { algorithm: 'oauth2', execute: [client.allowInsecureRequests] });
  const answer = await client.genericGrantRequest(config, TOKEN_EXCHANGE,
    { ...signIn, subject_token: idToken, scope: 'write' });
  const claims = await atResource(ORDERS, answer.access_token);
  assert.equal(claims.sub, 'alice');
  assert.equal(claims.scope, 'write');
});

test('an ID token issued to another client is refused in a form the library understands', async () => {
  await assert.rejects(exchange('other', { ...signIn, subject_token: idToken }),
    refused('invalid_grant', 'subject_not_for_caller'));
});

test('a scope the rule does not give is refused', async () => {
  await assert.rejects(exchange('web', { ...signIn, subject_token: idToken, scope: 'read pay' }),
    refused('invalid_scope', 'scope_not_granted'));
});

test('a changed ID token is refused', async () => {
  const [header, payload, signature] = idToken.split('.');
  const changed = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  changed.sub = 'bob';
  const forged = [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
  await assert.rejects(exchange('web', { ...signIn, subject_token: forged }),
    refused('invalid_grant', 'subject_signature_invalid'));
});

test('a wrong client secret is a WWW-Authenticate challenge to the library', async () => {
  const as = { client_id: 'web' };
  const response = await oauth.genericTokenEndpointRequest(server, as, oauth.ClientSecretBasic('wrong'),
    TOKEN_EXCHANGE, { ...signIn, subject_token: idToken }, loopback);
  await assert.rejects(oauth.processGenericTokenEndpointResponse(server, as, response), (thrown) => {
    assert.ok(thrown instanceof oauth.WWWAuthenticateChallengeError, String(thrown));
    assert.equal(thrown.status, 401);
    return true;
  });
});
