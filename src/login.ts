// From settings to a credential that was proven to work: picks the method, logs in, verifies.

import type { Context } from './context.js';
import type { Credential } from './credential.js';
import { UsageError } from './errors.js';
import { tokenMethod } from './methods/token.js';
import type { Settings } from './settings/settings.js';
import { verify } from './verify.js';

/**
 * Logs in and proves the credential at the proxy and the workspace, unless the user asked not to.
 * @throws AuthError when the login or the proof fails
 */
export async function login(context: Context, settings: Settings): Promise<Credential> {
  if (settings.method === 'cookie') {
    const ways = `because ${settings.methodReason}. Give client-id and client-secret for the token method.`;
    throw new UsageError(`The cookie method is not part of this version, and it was chosen ${ways}`);
  }
  context.note(`method: ${settings.method} (${settings.methodReason})`);
  const credential = await tokenMethod(context, settings);
  if (settings.verify) await verify(context, settings, credential);
  else context.note('not verified, as asked for');
  return credential;
}
