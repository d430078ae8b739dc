// The login `token-exchange` (RFC 8693): a client exchanges a bearer token, or the ID token of a CI job, for one of the provider.

import type { BearerSource } from '../../settings/types.js';
import type { Context } from '../context.js';
import { decodeClaims } from '../dex/claims.js';
import type { CiToken } from '../keyless/ci-token.js';
import type { LoginWay } from '../login-way.js';
import { bearerToken } from '../openid/bearer-token.js';
import { byWhatThereIs } from '../openid/client-auth.js';
import { assertionAudience, jobToken, requireBound } from '../openid/job-token.js';
import type { Provider } from '../openid/provider.js';
import { EXCHANGE, providerFor, requestToken } from '../openid/token-login.js';
import { requireTrusted } from '../openid/trust.js';
import { withClaims } from '../openid/with-claims.js';

const typeNamed = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

export const way: LoginWay = {
  async login(context, settings) {
    const { assertionAudience: ofKey, bearer, clientSecret, trackingUri } = settings;
    const provider = await providerFor(context, settings, EXCHANGE);
    if (clientSecret || ofKey) requireTrusted(provider, trackingUri);
    const [name, subject] = bearer
      ? ['bearer token', given(context, provider, bearer, trackingUri)]
      : ['ID token of the CI job', await jobToken(context, settings, provider, assertionAudience(provider))];
    const request = {
      what: `exchange the ${name}`,
      stage: 'provider-exchange',
      grant: EXCHANGE,
      auth: await byWhatThereIs(provider, settings),
      parameters: {
        subject_token: subject.token,
        subject_token_type: bearer ? typeOf(subject, provider) : typeNamed('id_token'),
      },
    } as const;
    return context.step(`${name} exchanged`, () =>
      withClaims(subject, requestToken(context, settings, provider, request), name),
    );
  },
};

/** A bearer token that may go to this provider. @throws AuthError */
function given(context: Context, provider: Provider, source: BearerSource, trackingUri: string): CiToken {
  const { token } = bearerToken(context, source);
  const claims = decodeClaims(token) ?? {};
  requireBound(provider, claims, trackingUri);
  context.beforeExchange?.(token);
  return { token, claims };
}

/** An access token is one that this provider has issued; from another issuer, whatever it is there, it is a JWT (RFC 8693, 3). */
const typeOf = ({ claims: { iss } }: CiToken, { issuer }: Provider): string =>
  typeNamed(iss === undefined || iss === issuer ? 'access_token' : 'jwt');
