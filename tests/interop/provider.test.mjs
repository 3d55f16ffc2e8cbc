import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { login } from './login.mjs';
import { CLIENT_ID, startProvider } from './provider.mjs';

let provider;
before(async () => { provider = await startProvider(); });
after(() => provider?.stop());

test('a sign-in at oidc-provider ends with an ID token that carries the claims the tests rely on', async () => {
  const { id_token: idToken } = await login(provider.issuer, 'bob');
  const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`));
  const { payload, protectedHeader } = await jwtVerify(idToken, keys, { issuer: provider.issuer, audience: CLIENT_ID });
  assert.equal(protectedHeader.alg, 'RS256');
  assert.equal(payload.sub, 'bob');
  assert.equal(payload.email, 'bob@example.com');
  assert.equal(payload.tenant, 'globex');
  assert.deepEqual(payload.groups, ['staff']);
});

test('a stranger cannot sign in', async () => {
  await assert.rejects(login(provider.issuer, 'mallory'), { error: 'access_denied' });
});
