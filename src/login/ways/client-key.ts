// The login `client-key`: a client signs who it is with its private key (private_key_jwt, RFC 7523, 2.2), which stays here.

import type { LoginWay } from '../login-way.js';
import { byKey } from '../openid/client-auth.js';
import { CLIENT_CREDENTIALS, providerFor, requestToken } from '../openid/token-login.js';
import { requireTrusted } from '../openid/trust.js';

export const way: LoginWay = {
  async login(context, settings) {
    const { assertionAudience, clientId, trackingUri } = settings;
    const provider = await providerFor(context, settings, CLIENT_CREDENTIALS);
    // The assertion is good for its audience alone, which a provider that was found must not be able to choose.
    if (assertionAudience) requireTrusted(provider, trackingUri);
    const what = `log in as the client ${clientId} with its key`;
    const auth = await byKey(provider, settings);
    return context.step(`logged in as the client ${clientId} with its key`, () =>
      requestToken(context, settings, provider, { what, grant: CLIENT_CREDENTIALS, auth }),
    );
  },
};
