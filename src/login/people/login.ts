// A login of a person at a terminal, without a password passing through it: device flow, or browser.

import { AuthError } from '../../errors/errors.js';
import type { Settings } from '../../settings/types.js';
import { withOfflineAccess } from '../../settings/validate.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { credentialOf } from '../token-method.js';
import { withAudience } from '../with-audience.js';
import { browserLogin } from './browser.js';
import { deviceLogin } from './device.js';
import type { Person } from './person.js';
import { findProvider } from './provider.js';

/**
 * @param browser the person wants the browser of this machine, whatever the provider offers
 * @returns a credential with a refresh token, not verified yet
 * @throws AuthError
 */
export async function personLogin(
  context: Context,
  settings: Settings,
  browser: boolean,
  person: Person,
): Promise<TokenCredential & { refreshToken: string }> {
  const scopes = withOfflineAccess(settings.scopes);
  const [request, provider] = await Promise.all([
    withAudience(context, { ...settings, scopes }),
    context.step('OpenID provider found', () => findProvider(context.http, settings.dexUrl)),
  ]);
  const { device } = provider;
  if (!device && !browser) context.note('login: browser (the provider lists no device flow)');
  const tokens =
    device && !browser
      ? await deviceLogin(context, request, { ...provider, device }, person)
      : await browserLogin(context, request, provider, person);
  const { refreshToken } = tokens;
  if (refreshToken) return { ...credentialOf(tokens), refreshToken };
  const tried = { what: 'read the refresh token of the login', address: `${settings.dexUrl}/token` };
  throw new AuthError({ request: 'token', tried, diagnosis: { id: 'no-refresh-token', facts: {} } });
}
