// The command refresh: a new id token for a refresh token, and the refresh token that takes the place of the old one kept safe.

import { UsageError } from '../errors/errors.js';
import type { TokenCredential } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { refreshTokenWriter } from '../renewal/refresh-token-file.js';
import { readSettings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';
import type { Say } from '../util/progress.js';
import type { Secrets } from '../util/secrets.js';

const NEEDS = { trackingUri: false, caPath: false, method: 'token', renew: true, newRefreshToken: true } as const;

/**
 * Uses the refresh token of a file and writes the new one back to it; where there is no such file yet, or the token is
 * refused, a login with the password makes one.
 * @param format json prints both tokens, for those who keep the refresh token elsewhere
 * @returns what goes to standard output
 */
export async function refreshCommand(
  format: string | undefined,
  sources: Sources,
  secrets: Secrets,
  say: Say,
  warn: Say,
): Promise<string> {
  if (format !== undefined && format !== 'json') throw new UsageError(`--format ${format}: refresh knows json alone.`);
  const settings = readSettings(sources, NEEDS, secrets.add, warn);
  const file = settings.refreshTokenFile;
  if (file === undefined && format !== 'json') {
    throw new UsageError(
      'refresh spends the refresh token and gets a new one: give --refresh-token-file, where that is stored, or --format json, which prints it.',
    );
  }
  const keep = file === undefined ? undefined : refreshTokenWriter(file);
  const credential = await runLogin(settings, secrets, { say, warn, keep });
  // By its needs: the method is token, with no fallback.
  const { token, refreshToken } = credential as TokenCredential;
  if (!refreshToken) warn('the platform sent no refresh token');
  return format === 'json'
    ? `${JSON.stringify({ id_token: token, refresh_token: refreshToken || undefined })}\n`
    : token;
}
