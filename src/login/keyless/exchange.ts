// The keyless login: the ID token of a CI job is exchanged for one of Dex (RFC 8693), without any secret.

import * as oauth from 'oauth4webapi';
import { AuthError, hasSymptom } from '../../errors/errors.js';
import { responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { decodeClaims } from '../dex/claims.js';
import { clientAuthentication, grant } from '../dex/grant.js';
import { getDiscovery } from '../dex/issuer.js';
import { credentialOf } from '../token-method.js';
import { withAudience } from '../with-audience.js';
import { ciToken, claimsText } from './ci-token.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/**
 * Everything that can be known is found out before the CI's token is requested, which lives for minutes.
 * Dex takes the audience as a scope alone, and gives the ID token as `access_token`, never with a refresh token
 * (dexidp/dex, server/handlers.go).
 * @throws AuthError
 */
export async function keylessLogin(given: Context, settings: Settings): Promise<TokenCredential> {
  const { idToken: source, dexUrl, connector } = settings;
  if (!source) throw new Error('no ID token of a CI job: log in again');
  const context = { ...given, keep: undefined };
  const { step } = context;
  const [request] = await Promise.all([
    withAudience(context, settings),
    step('token exchange supported by Dex', () => requireExchange(context.http, dexUrl)),
  ]);
  const { token: subject, claims } = await step('ID token of the CI job received', () => ciToken(context, source));
  context.beforeExchange?.(subject);
  const { idToken } = await step(`ID token exchanged (connector ${connector})`, () =>
    grant(context, request, {
      stage: 'exchange',
      what: 'exchange the ID token of the CI job',
      tokenIn: 'access_token',
      retry: true,
      send: (server, client, options) => {
        const parameters = new URLSearchParams({
          connector_id: connector,
          subject_token: subject,
          subject_token_type: ID_TOKEN,
          requested_token_type: ID_TOKEN,
          scope: request.scopes,
        });
        return oauth.genericTokenEndpointRequest(
          server,
          client,
          clientAuthentication(request),
          GRANT,
          parameters,
          options,
        );
      },
      check: oauth.processGenericTokenEndpointResponse,
    }),
  ).catch((error) => {
    if (!hasSymptom(error, 'exchange-refused')) throw error;
    // Only Dex's log says why, so this is what its administrator compares.
    throw new AuthError({ ...error.failure, hint: `The ID token says: ${claimsText(claims)}.` }, { cause: error });
  });
  requireAudience(idToken, request.audience, dexUrl);
  return credentialOf({ idToken, refreshToken: undefined });
}

/** @throws AuthError where Dex's discovery document lists no token exchange, or cannot be read */
export async function requireExchange(http: Http, dexUrl: string): Promise<void> {
  const { answer, document } = await getDiscovery(http, dexUrl, 'discovery', true);
  if (answer.status !== 200 || !document) throw responseError(answer, 'discovery');
  const { grant_types_supported: grants } = document;
  if (!Array.isArray(grants) || grants.includes(GRANT)) return;
  throw new AuthError({ request: 'discovery', tried: answer.tried, diagnosis: { id: 'exchange-off', facts: {} } });
}

/** Without the scope, or in an older Dex, the token is for the client alone, and oauth2-proxy would reject it. */
function requireAudience(idToken: string, audience: string, dexUrl: string): void {
  const audiences = [decodeClaims(idToken)?.aud].flat();
  if (!audience || audiences.includes(audience)) return;
  const tried = { what: 'exchange the ID token of the CI job', method: 'POST', address: `${dexUrl}/token` } as const;
  const facts = { status: 200, audiences: audiences.join(', '), client: audience };
  throw new AuthError({ request: 'exchange', tried, diagnosis: { id: 'audience', facts } });
}
