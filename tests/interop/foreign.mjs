// A server of somebody else that exchanges tokens: node oidc-provider with a small grant of its own for RFC 8693. Its clients
// authenticate each in its own way: basic, poster, app (public), and signer, whose JWK set is the file named as argument.
// `node foreign.mjs JWKS` prints one JSON line {"issuer": …} when it answers and stays until it is stopped.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { errors, Provider } from 'oidc-provider';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

console.info = console.log = console.warn; // standard output carries one line only: ours

const client = (id, method, more) => ({
  client_id: id,
  token_endpoint_auth_method: method,
  redirect_uris: [],
  response_types: [],
  grant_types: method === 'none' ? [TOKEN_EXCHANGE] : ['client_credentials', TOKEN_EXCHANGE],
  ...more,
});

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [
    client('basic', 'client_secret_basic', { client_secret: 'the secret: of basic%' }),
    client('poster', 'client_secret_post', { client_secret: 'the-secret-of-poster' }),
    client('signer', 'private_key_jwt', { jwks: JSON.parse(readFileSync(process.argv[2], 'utf8')), token_endpoint_auth_signing_alg: 'ES256' }),
    client('app', 'none'),
  ],
  scopes: ['read', 'write'],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
});

// an access token of this server becomes one with fewer scopes, for the client that asks
provider.registerGrantType(TOKEN_EXCHANGE, async (ctx) => {
  const { subject_token: token, subject_token_type: type, scope } = ctx.oidc.params;
  if (type !== ACCESS_TOKEN) throw new errors.InvalidRequest('only access tokens are exchanged here');
  const subject = await provider.ClientCredentials.find(token);
  if (!subject) throw new errors.InvalidGrant('subject token not found');
  const held = new Set((subject.scope ?? '').split(' '));
  const wanted = (scope ?? subject.scope ?? '').split(' ');
  if (wanted.some((one) => !held.has(one))) throw new errors.InvalidScope('more than the subject token holds', scope);
  const issued = new provider.ClientCredentials({ client: ctx.oidc.client, scope: wanted.join(' ') });
  ctx.body = {
    access_token: await issued.save(),
    issued_token_type: ACCESS_TOKEN,
    token_type: issued.tokenType,
    expires_in: issued.expiration,
    scope: issued.scope,
  };
}, ['subject_token', 'subject_token_type', 'scope']);

server.on('request', provider.callback());
process.stdout.write(`${JSON.stringify({ issuer })}\n`);
