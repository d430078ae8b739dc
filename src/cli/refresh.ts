// The command refresh: a new id token for a refresh token, and the refresh token that takes the place of the old one kept safe.

import { existsSync } from 'node:fs';
import { UsageError } from '../errors/errors.js';
import { runLogin } from '../login/session.js';
import { keepIn, tokenFile } from '../renewal/refresh-token-file.js';
import { readSettings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';
import type { Say } from '../util/progress.js';
import type { Secrets } from '../util/secrets.js';

const NEEDS = { trackingUri: false, caPath: false, method: 'token', renew: true } as const;

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
  const file = tokenFile(sources);
  if (file === undefined && format !== 'json') {
    throw new UsageError(
      'refresh spends the refresh token and gets a new one: give --refresh-token-file, where that is stored, or --format json, which prints it.',
    );
  }
  const settings = readSettings(
    file !== undefined && !existsSync(file) ? without(sources) : sources,
    NEEDS,
    secrets.add,
    warn,
  );
  const keep = file === undefined ? undefined : keepIn(file);
  const credential = await runLogin(settings, secrets, { say, warn, keep });
  if (credential.method !== 'token') throw new UsageError('refresh needs the token method');
  const { token, refreshToken = '' } = credential;
  if (!refreshToken) warn('the platform sent no refresh token');
  return format === 'json'
    ? `${JSON.stringify({ id_token: token, refresh_token: refreshToken || undefined })}\n`
    : token;
}

/** The sources without the refresh token's file, which is yet to be written. */
function without({ given, env, ...rest }: Sources): Sources {
  const { 'refresh-token-file': _, ...flags } = given;
  const { DEX_REFRESH_TOKEN_FILE: __, ...variables } = env;
  return { ...rest, given: flags, env: variables };
}
