// The command exec: runs a program with the credential, keeps the credential fresh while it runs, and deletes it afterwards.

import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, UsageError } from '../errors/errors.js';
import { runLogin } from '../login/session.js';
import { keepFresh } from '../renewal/keep-fresh.js';
import { refreshTokenStore } from '../renewal/refresh-token.js';
import { type Use, withRefreshTokenFile } from '../renewal/refresh-token-file.js';
import { renew } from '../renewal/renew.js';
import { type Renew, serveRenewals } from '../renewal/renewal-socket.js';
import { handOver } from '../sdk/handover.js';
import { withoutOtherLogins } from '../sdk/other-logins.js';
import { makePrivateFolder, openPrivateFolder, type PrivateFolder } from '../sdk/private-folder.js';
import { countRejected } from '../sdk/rejected-requests.js';
import { readState, STATE_FILE } from '../sdk/renewal-state.js';
import { recoverState } from '../sdk/state-file.js';
import { withoutSecrets } from '../settings/secret-variables.js';
import type { LoginCall } from './command.js';
import { checkProgram } from './find-program.js';
import { runProgram } from './run-program.js';
import { catchSignals, exitCodeOf, type Signals } from './signals.js';

/** Milliseconds for a grant under way when the program ends, whose answer holds the next refresh token of the user's file. */
const LAST_ANSWER = 1000;

/**
 * Logs in and runs the program. Its environment holds the credential, and none of the secrets that made it.
 * @returns the exit code of the program, or 128 and the number of the signal that ended it; 127 or 126, before any login,
 *   where the program is not found or cannot be executed
 */
export async function run(call: LoginCall): Promise<number> {
  const { rest, settings, sources, log } = call;
  const [program = ''] = rest;
  if (!program) throw new UsageError('exec requires a command after --, as in: exec -- python train.py');
  const unusable = checkProgram(program, sources.env, log.info);
  if (unusable) return unusable;
  const signals = catchSignals();
  let parent: PrivateFolder | undefined;
  try {
    parent = settings.dir === undefined ? undefined : openPrivateFolder(settings.dir);
    return await runIn(makeFolder(parent), call, signals);
  } catch (error) {
    const signal = signals.received();
    if (!signal) throw error;
    log.info(`interrupted by ${signal} before the command started`);
    return exitCodeOf(signal);
  } finally {
    parent?.discard();
    signals.release();
  }
}

/** A folder of its own, also within the user's: another login may be at home there. */
function makeFolder(parent: PrivateFolder | undefined): PrivateFolder {
  return parent ? makePrivateFolder(parent.path, 'dir') : makePrivateFolder(tmpdir(), 'TMPDIR');
}

async function runIn(folder: PrivateFolder, call: LoginCall, signals: Signals): Promise<number> {
  const { rest, flags, settings, sources, secrets, log } = call;
  const { warn } = log;
  const dir = folder.path;
  const keep = refreshTokenStore(settings, warn);
  // Renewals keep the file up to date themselves, so that it holds a good token whenever this process is killed.
  const renewed = { ...settings, refreshTokenFile: keep && settings.refreshTokenFile };
  const ended = new AbortController();
  const gone = new AbortController();
  try {
    const { aborted: signal } = signals;
    const logIn = ({ settings, guard, refusals }: Use) =>
      runLogin(settings, secrets, log, { keep: keep && guard(keep), refusals, signal });
    const credential = await withRefreshTokenFile(settings, secrets, logIn, { signal });
    // Whoever set it, the SDK would use it in place of this credential, or send it along.
    const { env: cleared, removed } = withoutOtherLogins(sources.env, credential.method);
    if (removed.length > 0)
      log.info(`removed from the environment of the command, as of another login: ${removed.join(', ')}`);
    const outer = { ...sources, env: cleared };
    const variables = handOver(credential, renewed, folder, outer, warn);
    signals.aborted.throwIfAborted();
    const inherited = flags['keep-secrets'] === 'true' ? outer.env : withoutSecrets(outer.env);
    const env = { ...inherited, ...Object.fromEntries(variables.map(({ name, value }) => [name, value])) };
    if (settings.method === 'basic') return await runProgram(rest, env, signals);
    const fresh = keepFresh(dir, sources, secrets, { warn, keep }, { ended: ended.signal, gone: gone.signal }).catch(
      (error) => warn(`the credential is no longer renewed: ${errorMessage(error)}`),
    );
    const renewFor: Renew = async (seen, reason) => {
      ended.signal.throwIfAborted();
      await renew(dir, seen, sources, secrets, () => {}, { reason, signal: gone.signal });
      keep?.(readState(dir).settings.refreshToken);
    };
    const { close, idle } = await serveRenewals(dir, renewFor, (error) => secrets.redact(errorMessage(error)));
    gone.signal.addEventListener('abort', close);
    const code = await runProgram(rest, env, signals);
    ended.abort();
    warnOfRejected(dir, warn);
    const last = Promise.all([fresh, idle()]);
    if (keep) await Promise.race([last, sleep(LAST_ANSWER, undefined, { signal: signals.aborted })]).catch(() => {});
    return code;
  } finally {
    ended.abort();
    gone.abort();
    // Whoever renewed, the program or this process, the last refresh token is in the folder.
    try {
      if (existsSync(join(dir, STATE_FILE))) recoverState(dir);
      if (existsSync(join(dir, STATE_FILE))) keep?.(readState(dir).settings.refreshToken);
    } catch (error) {
      warn(`cannot store the refresh token: ${errorMessage(error)}`);
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The program may have gone on: the SDK only logs what it cannot store of a trace. */
function warnOfRejected(dir: string, warn: (text: string) => void): void {
  const count = countRejected(dir);
  if (count === 0) return;
  const requests = count === 1 ? '1 request' : `${count} requests`;
  warn(
    `${requests} to MLflow failed because the credential was rejected or could not be renewed: their data was not stored`,
  );
}
