// A whole login at the platform: authorize and the public key at the same time, then the password, once.

import { AuthError } from '../../errors/errors.js';
import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import { authorize } from './authorize.js';
import { encryptPassword } from './encrypt-password.js';
import { logIn } from './password-login.js';
import { fetchLoginKey, type LoginKey, sizeOf } from './public-key.js';

/** Bits of a key from which on it is not warned of. */
const GOOD_SIZE = 2048;

type Account = Pick<Settings, 'platform' | 'connector' | 'username' | 'password' | 'allowBase64Password'>;

/**
 * Drives the login page's own API with an authorization request made elsewhere: by the token method or by oauth2-proxy.
 * @param query of the authorization request, passed on byte for byte; the key is requested without waiting for it
 * @param retry whether what comes before the password may be tried again
 * @returns the parameters of the redirect: code and state
 * @throws AuthError
 */
export async function platformLogin(
  { http, mask, beforePassword, step, warn }: Context,
  account: Account,
  query: string | Promise<string>,
  retry: boolean,
): Promise<URLSearchParams> {
  const { platform, connector, username } = account;
  const begin = async () => {
    const request = await query;
    return step('login begun', () => authorize(http, platform, request, retry));
  };
  const [req, key] = await Promise.all([
    begin(),
    step('public key received', () => fetchLoginKey(http, platform, retry)),
  ]);
  const bits = key ? await sizeOf(key.key) : GOOD_SIZE;
  if (bits < GOOD_SIZE)
    warn(`the platform's public key has ${bits} bits: expected ${GOOD_SIZE} or more (NIST SP 800-131A)`);
  const password = await protect(key, account);
  mask(password);
  beforePassword?.();
  const parameters = await step(`logged in as ${username} (connector ${connector})`, () =>
    logIn(http, { platform, connector, req, username, password }),
  );
  return parameters;
}

async function protect(key: LoginKey | undefined, account: Account): Promise<string> {
  if (key) return encryptPassword(key, account.password);
  if (account.allowBase64Password) return Buffer.from(account.password, 'utf8').toString('base64');
  const hint = 'A very old platform accepts the password in base64: set allow-base64-password to permit that.';
  throw new AuthError({
    request: 'pubkey',
    tried: { what: 'encrypt the password', method: 'GET', address: `${account.platform}/dex/pubkey` },
    diagnosis: { id: 'not-found', facts: {} },
    hint,
  });
}
