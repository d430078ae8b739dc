// A refresh token at an OpenID provider of any kind (RFC 6749, 6): which token takes its place, and which one is the credential.

import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { byWhatThereIs } from './client-auth.js';
import { providerFor, requestToken } from './token-login.js';
import { requireTrusted } from './trust.js';

const REFRESH_TOKEN = 'refresh_token';

/**
 * Sends the refresh token once: with rotation, a second use ends the session (RFC 9700, 4.14.2). After an answer that is a
 * failure, no renewal sends it again either, but after a 429 or a connection that broke, the next one does. It is a secret,
 * which goes to a provider that may have one.
 * @throws AuthError; its id is "provider-refresh-refused" when only a new login helps
 */
export async function refreshAtProvider(
  context: Context,
  settings: Settings,
  refreshToken: string,
): Promise<TokenCredential> {
  const provider = await providerFor(context, settings, REFRESH_TOKEN);
  requireTrusted(provider, settings.trackingUri);
  const auth = await byWhatThereIs(provider, settings);
  const { credential } = await context.step('token refreshed', () =>
    requestToken(context, settings, provider, {
      what: 'refresh the token',
      stage: 'provider-refresh',
      grant: REFRESH_TOKEN,
      auth,
      parameters: { refresh_token: refreshToken },
      keepsRefreshToken: true,
    }),
  );
  // Without rotation, none takes its place.
  return { ...credential, refreshToken: credential.refreshToken ?? refreshToken };
}
