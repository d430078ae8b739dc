// The login `client-assertion`: the ID token of a CI job stands for a client (RFC 7523, 2.2) that trusts its issuer: no secret.

import type { LoginWay } from '../login-way.js';
import { byAssertion } from '../openid/client-auth.js';
import { assertionAudience, jobToken } from '../openid/job-token.js';
import { CLIENT_CREDENTIALS, providerFor, requestToken } from '../openid/token-login.js';
import { withClaims } from '../openid/with-claims.js';

export const way: LoginWay = {
  async login(context, settings) {
    const provider = await providerFor(context, settings, CLIENT_CREDENTIALS);
    const job = await jobToken(context, settings, provider, assertionAudience(provider));
    const what = 'log in with the ID token of the CI job as client assertion';
    const auth = byAssertion(job.token, settings);
    const request = { what, grant: CLIENT_CREDENTIALS, auth };
    return context.step('logged in with the ID token of the CI job', () =>
      withClaims(job, requestToken(context, settings, provider, request)),
    );
  },
};
