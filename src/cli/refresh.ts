// The command refresh: a new ID token for a refresh token, and the refresh token that takes the place of the old one kept safe.

import { UsageError } from '../errors/errors.js';
import type { TokenCredential } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { refreshTokenWriter, type Use, withRefreshTokenFile } from '../renewal/refresh-token-file.js';
import type { LoginCall } from './command.js';

/**
 * Uses the refresh token of a file and writes the new one back to it; where there is no such file yet, or the token is
 * refused, a login with the password makes one. The format json prints both tokens, for those who keep the refresh token
 * elsewhere.
 */
export async function run({ flags, settings, secrets, print, log }: LoginCall): Promise<number> {
  const { refreshTokenFile: file } = settings;
  if (file === undefined && !flags.format) {
    throw new UsageError(
      'refresh replaces the refresh token: set --refresh-token-file, which stores the new one, or --format json, which prints it.',
    );
  }
  let received: string | undefined;
  const remember = (next: string) => {
    received = next;
  };
  const keep = file === undefined ? remember : refreshTokenWriter(file);
  const login = ({ settings, guard, refusals }: Use) =>
    runLogin(settings, secrets, log, { keep: guard(keep), refusals });
  const credential = await withRefreshTokenFile(settings, secrets, login, { required: true }).catch((error) => {
    // The one that was given cannot be used again, and there is no other place for the next one.
    if (received !== undefined) print(jsonOf(undefined, received));
    throw error;
  });
  // By its needs: the method is token, with no fallback.
  const { token, refreshToken } = credential as TokenCredential;
  if (!refreshToken) log.warn('the server returned no refresh token');
  print(flags.format ? jsonOf(token, refreshToken) : token);
  return 0;
}

function jsonOf(idToken: string | undefined, refreshToken: string | undefined): string {
  return `${JSON.stringify({ id_token: idToken, refresh_token: refreshToken })}\n`;
}
