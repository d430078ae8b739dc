// The token method without a password: one grant with a refresh token (RFC 6749, 6).

import { AuthError, hasSymptom } from '../errors/errors.js';
import { answerOf } from '../errors/failure.js';
import type { Settings } from '../settings/types.js';
import type { Context } from './context.js';
import type { TokenCredential } from './credential.js';
import { refreshTokens } from './dex/token-endpoint.js';
import { refreshAtProvider } from './openid/refresh.js';
import { credentialOf } from './token-method.js';

/** Whether a server, Dex or any other, said of a refresh token that it is not good, now or before. */
export const isRefused = (error: unknown): error is AuthError =>
  hasSymptom(error, 'refresh-refused', 'provider-refresh-refused', 'refresh-refused-before');

/**
 * Gets a new token, and the refresh token that takes the place of the one that was used.
 * A server error of Dex is tried once more, as it may have left the token unspent; a refusal is final.
 * One that was rejected before, as far as that is known, is not sent.
 * @throws AuthError
 */
export async function refreshMethod(
  context: Context,
  settings: Settings,
  refreshToken: string,
): Promise<TokenCredential> {
  context.refusals?.check(refreshToken);
  try {
    return await (settings.at === 'provider' ? refreshAtProvider : refreshAtDex)(context, settings, refreshToken);
  } catch (error) {
    if (isRefused(error)) context.refusals?.add(refreshToken);
    throw error;
  }
}

async function refreshAtDex(context: Context, settings: Settings, refreshToken: string): Promise<TokenCredential> {
  const { step, note } = context;
  const once = () => step('token refreshed', () => refreshTokens(context, settings, refreshToken));
  const tokens = await once().catch((error) => {
    if (!(error instanceof AuthError && (answerOf(error.failure)?.status ?? 0) >= 500)) throw error;
    note(`${error.got}: retrying`);
    return once();
  });
  // With a reuse window, or without rotation, Dex may send none: the old one then stays good.
  return credentialOf({ ...tokens, refreshToken: tokens.refreshToken ?? refreshToken });
}
