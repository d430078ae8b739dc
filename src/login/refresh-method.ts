// The token method without a password: one grant with a refresh token (RFC 6749, 6).

import { AuthError } from '../errors/errors.js';
import { answerOf } from '../errors/failure.js';
import type { Settings } from '../settings/types.js';
import type { Context } from './context.js';
import type { TokenCredential } from './credential.js';
import { refreshTokens } from './dex/token-endpoint.js';
import { refreshAtProvider } from './openid/refresh.js';
import { credentialOf } from './token-method.js';

/**
 * Gets a new token, and the refresh token that takes the place of the one that was used.
 * A server error of Dex is tried once more, as it may have left the token unspent; a refusal is final.
 * @throws AuthError
 */
export async function refreshMethod(
  context: Context,
  settings: Settings,
  refreshToken: string,
): Promise<TokenCredential> {
  if (settings.at === 'provider') return refreshAtProvider(context, settings, refreshToken);
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
