// Username and password at an OpenID provider of any kind (RFC 6749, 4.3), where it lists that grant or lists none.

import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import type { TokenLogin } from '../login-way.js';
import { byWhatThereIs } from './client-auth.js';
import { PASSWORD, providerFor, requestToken } from './token-login.js';
import { requireTrusted } from './trust.js';

/**
 * The password is sent once: whatever comes back, no second request carries it. It goes to a provider that may have a secret.
 * @throws AuthError
 */
export async function passwordAtProvider(context: Context, settings: Settings): Promise<TokenLogin> {
  const { username, password, trackingUri } = settings;
  const provider = await providerFor(context, settings, PASSWORD);
  requireTrusted(provider, trackingUri);
  const auth = await byWhatThereIs(provider, settings);
  context.beforePassword?.();
  return context.step(`logged in as ${username} (password grant)`, () =>
    requestToken(context, settings, provider, {
      what: `log in as ${username} with the password grant`,
      stage: 'provider-password',
      grant: PASSWORD,
      auth,
      parameters: { username, password },
      keepsRefreshToken: true,
    }),
  );
}
