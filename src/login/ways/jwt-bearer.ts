// The login `jwt-bearer`: the ID token of a CI job is itself the grant (RFC 7523, 2.1), mostly with a client in addition.

import type { LoginWay } from '../login-way.js';
import { byWhatThereIs } from '../openid/client-auth.js';
import { jobToken } from '../openid/job-token.js';
import { JWT_BEARER, providerFor, requestToken } from '../openid/token-login.js';
import { requireTrusted } from '../openid/trust.js';
import { withClaims } from '../openid/with-claims.js';

export const way: LoginWay = {
  async login(context, settings) {
    const { assertionAudience, clientSecret, trackingUri } = settings;
    const provider = await providerFor(context, settings, JWT_BEARER);
    if (clientSecret || assertionAudience) requireTrusted(provider, trackingUri);
    const job = await jobToken(context, settings, provider, provider.tokenEndpoint);
    const what = 'exchange the ID token of the CI job (jwt-bearer)';
    const auth = await byWhatThereIs(provider, settings);
    const request = { what, grant: JWT_BEARER, auth, parameters: { assertion: job.token } };
    return context.step('ID token of the CI job exchanged', () =>
      withClaims(job, requestToken(context, settings, provider, request)),
    );
  },
};
