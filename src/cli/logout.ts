// The command logout: revokes what can be revoked, removes what is on disk, and says what remains valid.

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../errors/errors.js';
import { revokeRefreshToken } from '../login/people/revoke.js';
import { openFor } from '../login/session.js';
import { removeOwnFile } from '../renewal/own-file.js';
import { readCredential } from '../sdk/credential-file.js';
import { openPrivateFolder } from '../sdk/private-folder.js';
import { hasSecrets, removeSecrets } from '../sdk/secret-files.js';
import type { Settings } from '../settings/types.js';
import { leftoversOf } from '../util/files.js';
import { printable } from '../util/text.js';
import type { LoginCall } from './command.js';
import { serverOf, storedAt } from './stored-login.js';

/**
 * The files are removed whether or not anything can be revoked.
 * @returns the exit code: 1 where the refresh token could be revoked, and was not
 */
export async function run(call: LoginCall): Promise<number> {
  const { settings, sources, log } = call;
  const tell = (line: string) => log.info(printable(line));
  const path = settings.refreshTokenFile ?? locate(settings, sources.env);
  let failed: unknown;
  const left = existsSync(dirname(path)) ? leftoversOf(path) : [];
  if (!existsSync(path) && left.length === 0) tell(`- no refresh token in ${path}`);
  else {
    await removeOwnFile(path, async (refreshToken, written) => {
      failed = await revoke(call, refreshToken, written);
    });
    tell(`✓ removed ${path}`);
  }
  if (settings.dir !== undefined) removeFolder(settings.dir, tell);
  tell(`- a session of the browser at ${nameOf(settings)}, and jobs that hold a credential, are not ended`);
  if (failed) throw failed;
  return 0;
}

/** The file of the login with these settings. @throws UsageError where they do not name one */
function locate(settings: Settings, env: LoginCall['sources']['env']): string {
  if (isNamed(settings)) return storedAt({ server: serverOf(settings), clientId: settings.clientId }, env).path;
  throw new UsageError(
    'logout requires what login was given: set client-id, and platform-address, dex-url or issuer, or --refresh-token-file.',
  );
}

const isNamed = (settings: Settings) => settings.clientId !== '' && /^https?:/.test(serverOf(settings));

const nameOf = ({ at }: Settings) => (at === 'provider' ? 'the OpenID provider' : 'Dex');

/** @returns the failure where it could be revoked, and was not */
async function revoke({ settings, secrets, log }: LoginCall, refreshToken: string, written: Date): Promise<unknown> {
  const tell = (line: string) => log.info(printable(secrets.redact(line)));
  secrets.add(refreshToken);
  if (!refreshToken) return undefined;
  const [next, life] =
    settings.at === 'provider'
      ? ['', '']
      : [', or until the next login of this account and client replaces it', ', 24 hours later by default'];
  const remains = `a copy of the refresh token remains valid until it expires${next}`;
  const failure = await attempt(settings, refreshToken, secrets.add, tell).then(
    (revoked) => {
      if (revoked === true) tell('✓ refresh token revoked');
      else tell(`- ${revoked}: ${remains}`);
      return undefined;
    },
    (error) => {
      tell(`✗ refresh token not revoked: ${remains}`);
      return error;
    },
  );
  const last = written.toISOString().replace(/\.\d+Z$/, 'Z');
  tell(
    `- nothing revokes ${settings.at === 'provider' ? 'tokens for the MLflow proxy' : 'ID tokens'}: the last one of this login, of ${last}, remains valid until it expires${life}`,
  );
  return failure;
}

/** @returns true, or why it cannot be revoked */
async function attempt(
  settings: Settings,
  refreshToken: string,
  mask: (secret: string) => void,
  note: (line: string) => void,
): Promise<true | string> {
  const { at, clientId, trackingUri } = settings;
  const found = at === 'provider' && clientId !== '' && trackingUri !== '';
  if (!found && !isNamed(settings)) return 'without dex-url or issuer, and client-id, nothing is revoked';
  const { http, close } = await openFor(settings, { mask, note });
  try {
    return (
      (await revokeRefreshToken(http, settings, refreshToken)) || `${nameOf(settings)} lists no revocation endpoint`
    );
  } finally {
    await close();
  }
}

/** What env --dir has written. */
function removeFolder(dir: string, tell: (line: string) => void): void {
  if (!hasSecrets(dir)) {
    tell(`- no credential in ${dir}`);
    return;
  }
  openPrivateFolder(dir).check();
  const expires = expiryIn(dir);
  removeSecrets(dir);
  tell(`✓ removed the credential in ${dir}${expires ? `, which remains valid until ${expires}` : ''}`);
}

/** Undefined where the file does not tell, or is broken. */
function expiryIn(dir: string): string | undefined {
  try {
    return readCredential(dir).expires_at;
  } catch {
    return undefined;
  }
}
