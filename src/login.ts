// From settings to a credential that was proven to work: picks the method, logs in, verifies.

import type { Context } from './context.js';
import type { Credential } from './credential.js';
import { cookieMethod } from './methods/cookie.js';
import { tokenMethod } from './methods/token.js';
import type { Settings } from './settings/settings.js';
import { type Proof, verify } from './verify.js';

/** Bytes of a Cookie header that many servers between here and MLflow still take; their limit is often 8 kB. */
const LARGE_COOKIE = 7000;

/**
 * Logs in and proves the credential at the proxy and the workspace, unless the user asked not to.
 * @throws AuthError when the login or the proof fails
 */
export async function login(context: Context, settings: Settings): Promise<Credential> {
  context.note(`method: ${settings.method} (${settings.methodReason})`);
  const credential = await (settings.method === 'token'
    ? tokenMethod(context, settings)
    : cookieMethod(context, settings));
  if (!settings.verify) {
    context.note('not verified, as asked for');
    warnOfSize(context, credential);
    return credential;
  }
  const size = warnOfSize(context, credential);
  const proof = await verify(context, settings, credential);
  if (size) context.note(`the session holds ${proof.groups} groups`);
  return withIdentity(credential, proof);
}

function withIdentity(credential: Credential, { identity }: Proof): Credential {
  return { ...credential, identity: credential.identity || identity };
}

/** Says before the proof, which may fail for it, that a cookie is large. */
function warnOfSize({ warn }: Context, credential: Credential): boolean {
  if (credential.method !== 'cookie' || credential.cookie.length < LARGE_COOKIE) return false;
  const chunks = credential.cookie.split('; ').length;
  const kilobytes = (credential.cookie.length / 1000).toFixed(1);
  warn(
    `the session cookie has ${kilobytes} kB in ${chunks} chunks, mostly for the groups of the account. Many servers take 8 kB of headers; MLflow's own fails now and then above 16 kB. Ways out: the token method, an account in fewer groups, no groups in the scope of oauth2-proxy, or its sessions in Redis`,
  );
  return true;
}
