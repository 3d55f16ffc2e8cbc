// The peer: oidc-provider with a token exchange grant (RFC 8693), written as its guide to custom grants says. JWT access tokens
// of oidc-provider are not stored, so its in-memory adapter sees no exchange: that is the cheapest there is. No ledger.
//
//   node server.mjs PORT JWKS_FILE ISSUER AUDIENCE CLIENT SECRET
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet } from 'jose';
import { errors, Provider } from 'oidc-provider';
import { parameters, tokenExchange, TOKEN_EXCHANGE } from './token-exchange.mjs';

const [port, jwksFile, issuer, audience, client, secret] = process.argv.slice(2);
if (process.argv.length !== 8) {
  console.error('usage: server.mjs PORT JWKS_FILE ISSUER AUDIENCE CLIENT SECRET');
  process.exit(2);
}
process.env.NODE_ENV ??= 'production'; // read by Koa when the provider is made

const resources = new Map([['https://api.bench.example', {
  scope: 'read',
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'ES256' } },
}]]);

function resourceServerInfo(ctx, identifier) {
  const resource = resources.get(identifier);
  if (!resource) throw new errors.InvalidTarget();
  return resource;
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: client,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: [TOKEN_EXCHANGE],
    response_types: [],
    redirect_uris: [],
  }],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  clientAuthMethods: ['client_secret_basic'],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'peer', use: 'sig', alg: 'ES256' }] },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  scopes: [],
  ttl: { AccessToken: 600 },
  features: {
    resourceIndicators: { enabled: true, getResourceServerInfo: resourceServerInfo },
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
});

const keys = createLocalJWKSet(JSON.parse(await readFile(jwksFile, 'utf8')));
provider.registerGrantType(
  TOKEN_EXCHANGE,
  tokenExchange({ keys, issuer, audience, resourceServerInfo }),
  parameters,
  ['resource', 'audience'],
);
provider.listen(Number(port), '127.0.0.1');
