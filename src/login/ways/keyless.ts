// The keyless login: the ID token of a CI job is exchanged for one of Dex (RFC 8693), without any secret.

import * as oauth from 'oauth4webapi';
import { AuthError, hasSymptom } from '../../errors/errors.js';
import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { decodeClaims } from '../dex/claims.js';
import { clientAuthentication, grant } from '../dex/grant.js';
import { requireListed } from '../dex/issuer.js';
import { ciToken, claimsText } from '../keyless/ci-token.js';
import type { LoginWay } from '../login-way.js';
import { credentialOf } from '../token-method.js';
import { withAudience } from '../with-audience.js';

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
    step('token exchange supported by Dex', () => probe(context, settings)),
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

const probe = ({ http }: Pick<Context, 'http'>, { dexUrl }: Pick<Settings, 'dexUrl'>) =>
  requireListed(http, dexUrl, 'grant_types_supported', GRANT, 'exchange-off');

/** Without the scope, or in an older Dex, the token is for the client alone, and oauth2-proxy would reject it. */
function requireAudience(idToken: string, audience: string, dexUrl: string): void {
  const audiences = [decodeClaims(idToken)?.aud].flat();
  if (!audience || audiences.includes(audience)) return;
  const tried = { what: 'exchange the ID token of the CI job', method: 'POST', address: `${dexUrl}/token` } as const;
  const facts = { status: 200, audiences: audiences.join(', '), client: audience };
  throw new AuthError({ request: 'exchange', tried, diagnosis: { id: 'audience', facts } });
}

export const way: LoginWay = {
  probe,
  login: async (context, settings) => ({ credential: await keylessLogin(context, settings), repeated: false }),
};
