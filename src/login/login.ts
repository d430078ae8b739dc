// From settings to a credential that was proven to work: picks the method, logs in, verifies.

import { AuthError, hasSymptom } from '../errors/errors.js';
import type { Settings } from '../settings/types.js';
import { withOfflineAccess } from '../settings/validate.js';
import type { Context } from './context.js';
import { cookieMethod } from './cookie-method.js';
import type { Credential } from './credential.js';
import { firstLogin } from './first-login.js';
import type { Made, TokenLogin } from './login-way.js';
import { sizeOf } from './oauth2-proxy/credential-size.js';
import { isRefused, refreshMethod } from './refresh-method.js';
import { isTokenUnwanted, verify } from './verify.js';

/**
 * Logs in and proves the credential at the proxy and the workspace, unless the user asked not to.
 * When no method is set and oauth2-proxy rejects tokens, the cookie method follows: the password was right, so
 * a second login counts towards no lockout. A run has no third one.
 * @param byPerson a login of a person at a terminal, in place of the way that the settings name
 * @throws AuthError when the login or the proof fails
 */
export async function login(
  context: Context,
  settings: Settings,
  byPerson?: (context: Context, settings: Settings) => Promise<Credential>,
): Promise<Credential> {
  if (byPerson) return prove(context, settings, await byPerson(context, settings));
  if (settings.loginReason) context.note(`login: ${settings.login} (${settings.loginReason})`);
  context.note(`method: ${settings.method} (${settings.methodReason})`);
  if (settings.method === 'cookie') return prove(context, settings, await cookieMethod(context, settings));
  const made = await tokenLogin(context, settings).catch((error) => {
    if (!settings.allowFallback || !hasSymptom(error, 'client-secret-missing')) throw error;
    context.note(`${error.got}: cookie method (method: auto)`);
    return undefined;
  });
  // Nothing was sent yet.
  if (!made) return prove(context, settings, await cookieMethod(context, { ...settings, method: 'cookie' }));
  const { credential, repeated } = made;
  try {
    return await prove(context, settings, credential);
  } catch (error) {
    if (!settings.allowFallback || repeated || !isTokenUnwanted(error)) throw error;
    const why = `${error.got} (${error.symptom.meaning})`;
    context.warn(`${why}: falling back to the cookie method (method: auto)`);
    return prove(context, settings, await cookieMethod(context, settings, false));
  }
}

/** By the refresh token, if there is one; by the password if not, or if that was refused. */
async function tokenLogin(context: Context, settings: Settings): Promise<TokenLogin<Made>> {
  if (!settings.refreshToken || settings.login === 'refresh-token') return firstLogin(context, settings);
  try {
    return { credential: await refreshMethod(context, settings, settings.refreshToken), repeated: false };
  } catch (error) {
    const canLogIn = settings.idToken !== undefined || (settings.username !== '' && settings.password !== '');
    // A connection that broke says nothing of the refresh token.
    const answered = error instanceof AuthError && error.failure.request === 'refresh' && !('broken' in error.failure);
    const refused = answered || isRefused(error);
    if (!refused || !canLogIn) throw error;
    context.note(`${error.got} (${error.symptom.meaning}): logging in`);
    // Whoever keeps refresh tokens needs the next one of Dex. For others it would only end that of another job.
    const scopes = context.keep && settings.at !== 'provider' ? withOfflineAccess(settings.scopes) : settings.scopes;
    return firstLogin(context, { ...settings, scopes });
  }
}

async function prove(context: Context, settings: Settings, credential: Credential): Promise<Credential> {
  const named = (identity: string) => ({
    ...credential,
    identity: credential.identity || identity || settings.username,
  });
  if (!settings.verify) {
    warnOfSize(context, credential, undefined);
    context.note('verification skipped (verify: false)');
    return named('');
  }
  const { identity } = await verify(context, settings, credential, (groups) => warnOfSize(context, credential, groups));
  return named(identity);
}

/** Says, before the proof of the workspace, which may fail for it, that a credential is large. */
function warnOfSize({ warn }: Context, credential: Credential, groups: number | undefined): void {
  const { bytes, chunks, advice } = sizeOf(credential);
  if (!advice) return;
  const held = groups === undefined ? 'the groups of the account' : `the ${groups} groups of the account`;
  const [kind, parts] = credential.method === 'cookie' ? ['session cookie', ` in ${chunks} chunks`] : ['token', ''];
  warn(`the ${kind} has ${(bytes / 1000).toFixed(1)} kB${parts}, mostly because of ${held}. ${advice}`);
}
