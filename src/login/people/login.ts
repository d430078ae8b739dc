// A login of a person at a terminal, without a password passing through it: device flow, or browser.

import { AuthError } from '../../errors/errors.js';
import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { browserLogin } from './browser.js';
import { deviceLogin } from './device.js';
import type { Person } from './person.js';
import { personServer } from './server.js';

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
  const server = await personServer(context, settings);
  person.at(server.address);
  const { device } = server;
  if (!device && !browser) context.note('login: browser (the provider lists no device flow)');
  const credential =
    device && !browser
      ? await deviceLogin(context, { ...server, device }, person)
      : await browserLogin(context, server, person);
  const { refreshToken } = credential;
  if (refreshToken) return { ...credential, refreshToken };
  const { names, tokenEndpoint } = server;
  const tried = { what: 'read the refresh token of the login', address: tokenEndpoint };
  const diagnosis = { id: names.found.noRefreshToken, facts: {} };
  throw new AuthError({ request: names.request.token, tried, diagnosis });
}
