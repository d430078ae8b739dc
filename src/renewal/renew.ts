// Renews the credential in a folder, once, whoever and however many ask for it at the same time.

import { join } from 'node:path';
import { AuthError, errorMessage } from '../errors/errors.js';
import { fingerprint } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { readCredential, writeCredential } from '../sdk/folder.js';
import { readState, renewCommand, type State, stateOf, writeState } from '../sdk/renewal-state.js';
import { gather, type Sources } from '../settings/sources.js';
import type { Settings } from '../settings/types.js';
import type { WriteLine } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';
import { withLock } from './lock.js';

/**
 * Renews the credential under a lock, unless another process has done so since the caller looked at it.
 * A login that was refused is remembered and not repeated.
 * @param seen fingerprint of the credential that the caller found wanting
 * @param signal ends the login at once
 * @throws AuthError or Error with the reason
 */
export async function renew(
  dir: string,
  seen: string,
  sources: Sources,
  secrets: Secrets,
  write: WriteLine,
  signal?: AbortSignal,
): Promise<void> {
  const state = readState(dir);
  const patience = (state.settings.timeout + 30) * 1000;
  await withLock(join(dir, 'renewal.lock'), patience, async () => {
    if (fingerprint(readCredential(dir).value) !== seen) return;
    await renewLocked(dir, sources, secrets, write, signal);
  });
}

async function renewLocked(
  dir: string,
  sources: Sources,
  secrets: Secrets,
  write: WriteLine,
  signal: AbortSignal | undefined,
): Promise<void> {
  const state = readState(dir);
  if (state.failed) throw new Error(`${state.failed}\nNot tried again: this was the answer to an earlier try.`);
  const settings = withLogin(state.settings, sources);
  for (const secret of [settings.password, settings.clientSecret, settings.refreshToken]) secrets.add(secret);
  try {
    // At once, and before the proof: without it, nothing could be renewed any more.
    const keep = (refreshToken: string) => writeState(dir, { settings: { ...state.settings, refreshToken } });
    const credential = await runLogin(settings, secrets, { info: write, warn: write }, { keep, signal });
    writeState(dir, stateOf(settings, credential));
    writeCredential(dir, credential, settings.trackingUri, renewCommand(dir));
  } catch (error) {
    remember(dir, state, error, secrets);
    throw error;
  }
}

/** User name and password of the environment, where the state has none. */
function withLogin(settings: Settings, sources: Sources): Settings {
  if (settings.password) return settings;
  const found = gather(sources);
  const username = found.get('username')?.value ?? '';
  const password = found.get('password')?.value ?? '';
  if (!settings.refreshToken && !(username && password)) {
    throw new Error('there is no refresh token, and no user name and password in the environment: log in again');
  }
  return { ...settings, username, password };
}

/** Whatever came back after a password was sent is final. */
function remember(dir: string, state: State, error: unknown, secrets: Secrets): void {
  if (!(error instanceof AuthError) || !error.failure.tried.startsWith('log in as')) return;
  writeState(dir, { ...state, failed: secrets.redact(errorMessage(error)) });
}
