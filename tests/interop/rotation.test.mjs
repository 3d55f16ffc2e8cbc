// An identity provider that changes its keys, and goes away and comes back, while people sign in and exchange.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { startCambist } from './cambist.mjs';
import { login } from './login.mjs';
import { startProvider } from './provider.mjs';

const SECRET = 'the-secret-of-web-here';

let provider;
let polite; // servers that see one kind of rotation each, since either asks for keys once in 30 s for the sake of a new one
let abrupt;

const registry = (issuer) => `
issuer: ${issuer}
issuers:
  login: { issuer: ${provider.issuer}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
resources:
  orders: { identifiers: https://orders.example.com, scopes: [read, write] }
clients:
  web: { secrets: { value: ${SECRET} } }
rules:
  - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [read, write] } }
`;

before(async () => {
  provider = await startProvider();
  [polite, abrupt] = await Promise.all([startCambist(registry), startCambist(registry)]);
});

after(async () => {
  await Promise.all([polite?.stop(), abrupt?.stop()]);
  provider?.stop();
});

async function exchange(server, idToken) {
  const response = await fetch(`${server.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`web:${SECRET}`)}` },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: idToken,
    }),
  });
  const { reason = 'granted' } = await response.json();
  return { kid: decodeProtectedHeader(idToken).kid, status: response.status, reason, retryAfter: response.headers.get('retry-after') };
}

const signIn = async () => (await login(provider.issuer, 'alice')).id_token;

/** People who sign in all the time, and exchanges of what they got last, every other one of `old` where it is given. Ends when `during` ends. */
async function underLoad(server, during, old) {
  const answers = [];
  let goesOn = true;
  let idToken = await signIn();
  const people = Array.from({ length: 1 }, async () => {
    while (goesOn) idToken = await signIn().catch(() => idToken); // one that a rotation broke off is tried again
  });
  const exchanges = Array.from({ length: 6 }, async (_, i) => {
    while (goesOn) answers.push(await exchange(server, old && i % 2 ? old : idToken));
  });
  try {
    await during({ granted: (kid, count) => until(() => answers.filter((one) => one.kid === kid && one.status === 200).length >= count) });
  } finally {
    goesOn = false;
    await Promise.all([...people, ...exchanges]);
  }
  return answers;
}

async function until(condition) {
  for (let tries = 0; tries < 500 && !condition(); tries += 1) await pause(20);
  assert.ok(condition(), 'it did not come about within 10 s');
}

function counted(answers) {
  const counts = {};
  for (const { kid, status, reason } of answers) counts[`${kid} ${status} ${reason}`] = (counts[`${kid} ${status} ${reason}`] ?? 0) + 1;
  return counts;
}

test('a provider that publishes its next key beside the last one loses nobody an exchange', async (t) => {
  const answers = await underLoad(polite, async ({ granted }) => {
    await granted('provider-1', 30);
    provider.rotate('provider-2', 'provider-1');
    await granted('provider-2', 30);
  });
  t.diagnostic(JSON.stringify(counted(answers)));
  assert.deepEqual(answers.filter(({ status }) => status !== 200), []);
});

test('a provider that drops its key at once: the new one works, the old one dies, and nothing else goes wrong', async (t) => {
  const last = await signIn();
  const lastKid = decodeProtectedHeader(last).kid;
  const answers = await underLoad(abrupt, async ({ granted }) => {
    await granted(lastKid, 30);
    await until(() => Date.now() / 1000 > decodeJwt(last).iat + 1); // a token of the very second of the fetch could be of a newer key
    provider.rotate('provider-3');
    await granted('provider-3', 30);
  }, last);
  t.diagnostic(JSON.stringify(counted(answers)));

  const firstOfNew = answers.findIndex(({ kid, status }) => kid === 'provider-3' && status === 200);
  for (const [i, { kid, status, reason }] of answers.entries()) {
    if (kid === 'provider-3') assert.ok(status === 200 || reason === 'issuer_keys_unavailable', `a good token: ${status} ${reason}`);
    else assert.ok(status === 200 || ['subject_key_unknown', 'issuer_keys_unavailable'].includes(reason), `a token of before: ${status} ${reason}`);
    // six are under way at any time, so their answers may overtake each other
    if (kid === lastKid && i > firstOfNew + 6) assert.notEqual(status, 200, 'the dropped key is dead');
  }
  assert.equal((await exchange(abrupt, last)).reason, 'subject_key_unknown');

  // A second change within the 30 s: 503 with the time to wait, never a verdict.
  provider.rotate('provider-4', 'provider-3');
  const soon = await exchange(abrupt, await signIn());
  assert.deepEqual([soon.status, soon.reason], [503, 'issuer_keys_unavailable']);
  assert.ok(Number(soon.retryAfter) >= 1 && Number(soon.retryAfter) <= 30);
});

test('while the provider is away its tokens are good, and it comes back', async () => {
  provider.rotate('provider-3');
  const idToken = await signIn();
  provider.stop();
  assert.equal((await exchange(abrupt, idToken)).status, 200);
  await provider.restart();
  assert.equal((await exchange(abrupt, await signIn())).status, 200);
});
