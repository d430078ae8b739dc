// Where a login with username and password goes: to the platform's JSON login API, or to the pages of upstream Dex.

import { hasSymptom } from '../errors/errors.js';
import type { Account, Authentication } from './account.js';
import { platformLogin } from './alauda/platform-login.js';
import type { Context } from './context.js';
import { getDiscovery } from './dex/issuer.js';

/**
 * @param retry whether what comes before the password may be tried again
 * @returns the parameters of the redirect: code and state
 * @throws AuthError
 */
export async function authenticate(
  context: Context,
  account: Account,
  begin: Authentication | Promise<Authentication>,
  retry: boolean,
): Promise<URLSearchParams> {
  if (account.login === 'platform') {
    const query = Promise.resolve(begin).then((one) => one.query);
    try {
      return await platformLogin(context, account, query, retry);
    } catch (error) {
      // No password was sent yet.
      if (!account.loginOpen || !isMissing(error) || !(await isDex(context, account, await begin))) throw error;
      context.note('login: dex (there is no JSON login API, and Dex responds)');
    }
  }
  const { dexPagesLogin } = await import(/* webpackMode: "eager" */ './dex/pages-login.js');
  return dexPagesLogin(context, account, begin, retry);
}

/** Whether there is no API; a platform that has one and no public key is an old one. */
function isMissing(error: unknown): boolean {
  return hasSymptom(error, 'not-found') && error.failure.request === 'authorize';
}

/** Whether an OpenID provider responds there (OpenID Connect Discovery, 4). */
async function isDex({ http }: Context, { dexUrl }: Account, { endpoint }: Authentication): Promise<boolean> {
  const base = endpoint ? endpoint.origin + endpoint.pathname.replace(/\/auth\/?$/, '') : dexUrl;
  const { answer, document } = await getDiscovery(http, base, 'discovery', true);
  return answer.status === 200 && typeof document?.authorization_endpoint === 'string';
}
