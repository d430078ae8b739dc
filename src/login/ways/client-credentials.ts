// The login `client-credentials`: a client with a secret gets a token of its own (RFC 6749, 4.4), at any OpenID provider.

import type { LoginWay } from '../login-way.js';
import { bySecret } from '../openid/client-auth.js';
import { CLIENT_CREDENTIALS, providerFor, requestToken } from '../openid/token-login.js';
import { requireTrusted } from '../openid/trust.js';

export const way: LoginWay = {
  async login(context, settings) {
    const { clientId, trackingUri } = settings;
    const provider = await providerFor(context, settings, CLIENT_CREDENTIALS);
    requireTrusted(provider, trackingUri);
    const what = `log in as the client ${clientId}`;
    const auth = bySecret(provider, settings);
    return context.step(`logged in as the client ${clientId}`, () =>
      requestToken(context, settings, provider, { what, grant: CLIENT_CREDENTIALS, auth }),
    );
  },
};
