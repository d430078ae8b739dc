// Where a login with username and password goes: to the platform's JSON login API, or to the pages of upstream Dex.

import { hasSymptom } from '../errors/errors.js';
import type { Settings } from '../settings/types.js';
import type { Account } from './account.js';
import { authorize } from './alauda/authorize.js';
import { platformLogin } from './alauda/platform-login.js';
import type { Context } from './context.js';
import { requestDiscovery } from './discovery.js';

/**
 * @param query of an authorization request (RFC 6749, 4.1.1), made here or by oauth2-proxy, passed on byte for byte; where it
 *   goes is up to the settings alone, since a hostile server could name its own address for the password
 * @param retry whether what comes before the password may be tried again
 * @returns the parameters of the redirect: code and state
 * @throws AuthError
 */
export async function authenticate(
  context: Context,
  account: Account,
  query: string | Promise<string>,
  retry: boolean,
): Promise<URLSearchParams> {
  if (account.login === 'platform') {
    try {
      return masked(context, await platformLogin(context, account, query, retry));
    } catch (error) {
      // No password was sent yet.
      if (!account.loginOpen || !isMissing(error) || !(await isDex(context, account.dexUrl))) throw error;
      context.note('login: dex (there is no JSON login API, and Dex responds)');
    }
  }
  const { dexPagesLogin } = await import(/* webpackMode: "eager" */ './dex/pages-login.js');
  return masked(context, await dexPagesLogin(context, account, await query, retry));
}

function masked({ mask }: Context, parameters: URLSearchParams): URLSearchParams {
  for (const name of ['code', 'id_token', 'access_token']) mask(parameters.get(name)?.trim() ?? '');
  return parameters;
}

/** What a login with login: auto finds out when it begins, for doctor; false where nothing can be found out. */
export async function hasOnlyPages({ http }: Context, { platform, dexUrl, loginOpen }: Settings): Promise<boolean> {
  if (!loginOpen) return false;
  const missing = await authorize(http, platform, '', true).then(() => false, isMissing);
  return missing && (await isDex({ http }, dexUrl).catch(() => false));
}

/** Whether there is no API; a platform that has one and no public key is an old one. */
function isMissing(error: unknown): boolean {
  return hasSymptom(error, 'not-found') && error.failure.request === 'authorize';
}

/** Whether an OpenID provider responds there (OpenID Connect Discovery, 4). */
async function isDex({ http }: Pick<Context, 'http'>, dexUrl: string): Promise<boolean> {
  const { document } = await requestDiscovery(http, dexUrl, 'discovery');
  return typeof document?.authorization_endpoint === 'string';
}
