// The grant handler: ID tokens of one issuer in, RFC 9068 access tokens for one resource out.
import { jwtVerify } from 'jose';
import { errors } from 'oidc-provider';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

export const parameters = [
  'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'resource', 'audience', 'scope',
];

export const tokenExchange = ({ keys, issuer, audience, resourceServerInfo }) => async (ctx) => {
  const { client, params, provider, requestParamScopes } = ctx.oidc;
  requireSupported(params);
  const subject = await verifySubject(params.subject_token, keys, { issuer, audience });

  const { resource } = params;
  if (typeof resource !== 'string') throw new errors.InvalidTarget();
  const resourceServer = new provider.ResourceServer(resource, await resourceServerInfo(ctx, resource, client));
  const { scopes } = resourceServer;
  for (const scope of requestParamScopes) {
    if (!scopes.has(scope)) throw new errors.InvalidScope('not a scope of the resource', scope);
  }

  const token = new provider.AccessToken({ accountId: subject, client, gty: TOKEN_EXCHANGE });
  token.resourceServer = resourceServer;
  token.scope = [...(requestParamScopes.size > 0 ? requestParamScopes : scopes)].join(' ');
  ctx.oidc.entity('AccessToken', token);

  ctx.body = { // RFC 8693 §2.2.1
    access_token: await token.save(),
    issued_token_type: ACCESS_TOKEN,
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope: token.scope,
  };
};

// RFC 8693 §2.1
function requireSupported(params) {
  if (params.subject_token === undefined) throw new errors.InvalidRequest('missing required parameter subject_token');
  if (params.subject_token_type !== ID_TOKEN) throw new errors.InvalidRequest('subject_token_type must be id_token');
  if (params.requested_token_type !== undefined && params.requested_token_type !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest('requested_token_type must be access_token');
  }
  if (params.actor_token !== undefined || params.actor_token_type !== undefined) {
    throw new errors.InvalidRequest('actor tokens are not supported');
  }
  if (params.audience !== undefined) throw new errors.InvalidTarget('name the target by resource');
}

async function verifySubject(token, keys, { issuer, audience }) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer, audience, algorithms: ['RS256'], requiredClaims: ['sub', 'exp'],
    });
    return payload.sub;
  } catch (cause) {
    throw new errors.InvalidRequest('subject_token is not valid', undefined, { cause }); // RFC 8693 §2.2.2
  }
}
