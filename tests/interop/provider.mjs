// A real OpenID provider on a free loopback port: authorization code flow with PKCE, people who sign in
// with a form post, consent given in advance. `node provider.mjs` prints one JSON line {"issuer": …} when
// it answers and stays until it is stopped.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

export const CLIENT_ID = 'web';
export const CLIENT_SECRET = 'web-secret-at-the-provider';
export const REDIRECT_URI = 'http://127.0.0.1:9/signed-in';
export const SCOPE = 'openid email organisation';

const people = {
  alice: { email: 'alice@example.com', email_verified: true, groups: ['staff', 'finance'], tenant: 'acme' },
  bob: { email: 'bob@example.com', email_verified: true, groups: ['staff'], tenant: 'globex' },
};

/**
 * Starts a provider and returns `{ issuer, rotate, stop, restart }`. `clients` are client ids besides `web`, whose ID tokens
 * are for them. `rotate(...kids)` publishes keys of these names, fresh ones where it has none; the first signs from then on.
 */
export async function startProvider({ clients = [] } = {}) {
  const { Provider } = await import('oidc-provider');
  const made = new Map();
  let provider;
  let answer;
  let server;
  let issuer;

  const rotate = (...kids) => {
    const keys = kids.map((kid) => {
      if (!made.has(kid)) made.set(kid, signingKey(kid));
      return made.get(kid);
    });
    provider = new Provider(issuer, configuration(keys, [CLIENT_ID, ...clients]));
    answer = provider.callback();
  };
  const listen = async (port) => {
    server = createServer((request, response) => {
      if (request.url.startsWith('/sign-in/')) {
        signIn(provider, request, response).catch(() => response.writeHead(400).end());
      } else {
        answer(request, response);
      }
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  };
  const stop = () => { server.closeAllConnections(); server.close(); };

  const port = await listen(0);
  issuer = `http://127.0.0.1:${port}`;
  rotate('provider-1');
  return { issuer, rotate, stop, restart: () => listen(port) };
}

const cookieKey = randomBytes(32).toString('base64url');

const configuration = (keys, clients) => ({
  clients: clients.map((clientId) => ({
    client_id: clientId,
    client_secret: CLIENT_SECRET,
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  })),
  jwks: { keys },
  cookies: { keys: [cookieKey] }, // stays, so that a rotation ends no sign-in
  claims: { openid: ['sub'], email: ['email', 'email_verified'], organisation: ['groups', 'tenant'] },
  scopes: ['openid', 'email', 'organisation'],
  conformIdTokenClaims: false, // the scopes' claims go into the ID token, as most providers do it
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_, id) => (Object.hasOwn(people, id)
    ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) }
    : undefined),
  loadExistingGrant: consentInAdvance,
});

/** The sign-in page: GET shows the form, POST `user=NAME` signs that person in. */
async function signIn(provider, request, response) {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<form method="post"><input name="user"></form>');
    return;
  }
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString('utf8'));
  const accountId = form.get('user') ?? '';
  const result = Object.hasOwn(people, accountId)
    ? { login: { accountId } }
    : { error: 'access_denied', error_description: 'no such person' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function consentInAdvance(ctx) {
  const { client, session, provider } = ctx.oidc;
  const given = session.grantIdFor(client.clientId);
  if (given) return provider.Grant.find(given);
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPE);
  await grant.save();
  return grant;
}

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.info = console.log = console.warn; // standard output carries one line only: ours
  const { issuer } = await startProvider();
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
}
