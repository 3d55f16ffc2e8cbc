// Signs a person in with the authorization code flow and PKCE, over plain HTTP, as a browser and a web
// application would. `node login.mjs ISSUER [PERSON]` prints the ID token and nothing else.
import { pathToFileURL } from 'node:url';
import * as client from 'openid-client';
import { CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPE } from './provider.mjs';

/** Returns the token response of a completed sign-in (`id_token`, `access_token`, …) at a client of the provider. */
export async function login(issuer, person = 'alice', clientId = CLIENT_ID) {
  const config = await client.discovery(new URL(issuer), clientId, undefined,
    client.ClientSecretBasic(CLIENT_SECRET), { execute: [client.allowInsecureRequests] });
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const start = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const signedIn = await browse(start, person);
  return client.authorizationCodeGrant(config, signedIn, { pkceCodeVerifier, expectedState, expectedNonce });
}

/** Follows redirects and keeps cookies until the application's redirect URI is reached. */
async function browse(url, person) {
  const cookies = new Map();
  let body;
  for (let step = 0; step < 10; step += 1) {
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      body,
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    keep(cookies, response.headers.getSetCookie());
    const text = await response.text();
    body = undefined;
    if (response.headers.has('location')) {
      url = new URL(response.headers.get('location'), url);
      if (url.href.startsWith(REDIRECT_URI)) return url;
    } else if (response.ok && text.includes('name="user"')) {
      body = new URLSearchParams({ user: person });
    } else {
      throw new Error(`sign-in stopped at ${url.pathname}: ${response.status} ${text.slice(0, 200)}`);
    }
  }
  throw new Error('sign-in does not end');
}

// One host and one short visit: a cookie's path and age decide nothing here, only its name and its end do.
function keep(cookies, setCookies) {
  for (const line of setCookies) {
    const [pair] = line.split(';', 1);
    const at = pair.indexOf('=');
    const value = pair.slice(at + 1);
    if (value === '') cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), value);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [issuer, person] = process.argv.slice(2);
  const { id_token: idToken } = await login(issuer, person);
  process.stdout.write(`${idToken}\n`);
}
