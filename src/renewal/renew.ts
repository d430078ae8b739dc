// Renews the credential in a folder, once, whoever and however many ask for it at the same time.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../errors/errors.js';
import { fingerprint } from '../login/credential.js';
import { isRefused } from '../login/refresh-method.js';
import { runLogin } from '../login/session.js';
import { ageOf, type CredentialFile, readCredential } from '../sdk/credential-file.js';
import { openPrivateFolder } from '../sdk/private-folder.js';
import { type Reason, requireLogin, secondsToWait, withLogin } from '../sdk/renewal-rules.js';
import { readState, type State, settingsToKeep } from '../sdk/renewal-state.js';
import { recoverState } from '../sdk/state-file.js';
import { secretsIn } from '../settings/secrets-in.js';
import type { Sources } from '../settings/sources.js';
import type { Settings } from '../settings/types.js';
import { isPasswordLogin } from '../settings/ways.js';
import { moment } from '../util/clock.js';
import type { WriteLine } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';
import { isFinal, isRefusal, isRejection, isUsedUp } from './failed-renewal.js';
import { LOCK_FILE, realTime, withLock } from './lock.js';
import { type RenewalRecord, recordIn } from './record.js';
import { fileAt } from './refresh-token-file.js';
import { noteRefusal } from './refused-token.js';
import { withCredentials } from './with-credentials.js';

/** Who asks, and why. */
export interface Asking {
  reason?: Reason;
  /** Ends the wait for the folder's turn, and the login, at once. */
  signal?: AbortSignal;
}

/**
 * Renews the credential under a lock, unless another process has done so since the caller looked at it, or it is not due.
 * Waits where the rules of sdk/renewal-rules.ts want it. A login that was refused is remembered and not repeated.
 * @param seen fingerprint of the credential that the caller found wanting
 * @throws AuthError or Error with the reason
 */
export async function renew(
  dir: string,
  seen: string,
  sources: Sources,
  secrets: Secrets,
  write: WriteLine,
  { reason, signal }: Asking = {},
): Promise<void> {
  const patience = (readState(dir).settings.timeout + 30) * 1000;
  const folder = openPrivateFolder(dir);
  await withLock(
    join(dir, LOCK_FILE),
    patience,
    async (lock) => {
      recoverState(dir);
      const file = readCredential(dir);
      if (fingerprint(file.value) !== seen || (reason === 'due' && isEarly(file))) return;
      await renewWith(recordIn(folder, lock, readState(dir), write), { reason, signal }, sources, secrets, write);
    },
    realTime(signal),
  );
}

/**
 * Renews the credential of a record, whoever keeps that, as the rules of sdk/renewal-rules.ts want it.
 * @throws AuthError or Error with the reason
 */
export async function renewWith(
  record: RenewalRecord,
  { reason, signal }: Asking,
  sources: Sources,
  secrets: Secrets,
  write: WriteLine,
): Promise<void> {
  const state = record.state();
  if (state.failed)
    throw new Error(`${state.failed}\nmlflow-auth does not retry: this is the result of a previous attempt.`);
  const settings = withCredentials(state.settings, sources);
  for (const secret of secretsIn(settings)) secrets.add(secret);
  if (sendsPassword(settings)) requireLogin(state, moment());
  await sleep(secondsToWait(state, reason, moment()) * 1000, undefined, { signal });
  await renewNow(record, reason, settings, secrets, write, signal);
}

/** Whether a caller has misjudged the time; where its age is not known, the caller is right. */
function isEarly(file: CredentialFile): boolean {
  return (ageOf(file) ?? Infinity) < (file.renew_after ?? 0);
}

/** Each change is written before what it is about happens, so that it holds even where this process is killed. */
async function renewNow(
  { state, save, keep, finish }: RenewalRecord,
  reason: Reason,
  settings: Settings,
  secrets: Secrets,
  write: WriteLine,
  signal: AbortSignal | undefined,
): Promise<void> {
  const last: State['last'] = { at: moment(), reason };
  save({ last });
  const beforePassword = () => {
    requireLogin(state(), moment());
    save({ logins: withLogin(state(), moment()) });
  };
  const server = settings.at === 'provider' ? 'the OpenID provider' : 'Dex';
  const name = settings.bearer ? 'bearer token' : 'ID token of the CI job';
  let exchanged = '';
  const beforeExchange = (idToken: string) => {
    exchanged = fingerprint(idToken);
    if (exchanged === state().refused)
      throw new Error(`the ${name} is the one that ${server} rejected before: it is not sent again`);
  };
  try {
    const credential = await runLogin(
      settings,
      secrets,
      { info: write, warn: write },
      // At once, and before the proof: without it, nothing could be renewed any more.
      { keep, beforePassword, beforeExchange, signal },
    );
    save({ settings: settingsToKeep(settings, credential), last: { ...last, result: 'renewed' } });
    finish(credential);
  } catch (error) {
    const kept = state().settings;
    const usedUp = kept.refreshToken === settings.refreshToken && isUsedUp(error);
    // A password may take its place at the next renewal.
    const other = usedUp && isPasswordLogin(settings.login) && settings.username !== '' && settings.password !== '';
    const { refreshTokenFile: file } = settings;
    if (file && isRefused(error)) noteRefusal(fileAt(file), settings.refreshToken, settings);
    const changes: Partial<State> = {
      ...(other ? { settings: { ...kept, refreshToken: '' } } : {}),
      ...(exchanged && isRefusal(error) ? { refused: exchanged } : {}),
      ...(isFinal(error, settings) || (usedUp && !other) ? { failed: secrets.redact(errorMessage(error)) } : {}),
      ...(isRejection(error) ? { last: { ...last, result: 'rejected' } } : {}),
    };
    if (Object.keys(changes).length > 0) attempt(() => save(changes));
    throw error;
  }
}

/** What follows a failure must not hide it. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Newer state is there.
  }
}

/** Without a refresh token, only the ID token of a CI job spares the password. */
const sendsPassword = ({ refreshToken, login }: Settings) => !refreshToken && isPasswordLogin(login);
