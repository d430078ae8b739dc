// The command exec: runs a program with the credential, keeps the credential fresh while it runs, and leaves nothing behind.

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, UsageError } from '../errors/errors.js';
import { fingerprint } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { type Keep, refreshTokenStore } from '../renewal/refresh-token.js';
import { renew } from '../renewal/renew.js';
import { readCredential, requirePrivate } from '../sdk/folder.js';
import { handOver } from '../sdk/handover.js';
import { readState, renewBefore, STATE_FILE } from '../sdk/renewal-state.js';
import { withoutSecrets } from '../settings/secret-variables.js';
import type { Sources } from '../settings/sources.js';
import type { WriteLine } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';
import { printable } from '../util/text.js';
import type { LoginCall } from './command.js';
import { findProgram, NOT_FOUND } from './find-program.js';
import { runProgram } from './run-program.js';
import { catchSignals, exitCodeOf, type Signals } from './signals.js';

/** Milliseconds between tries after a renewal that failed for want of a connection. */
const PAUSE = 30_000;
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
  if (!program) throw new UsageError('exec needs a command after --, as in: exec -- python train.py');
  const unusable = findProgram(program, sources.env);
  if (unusable) {
    log.info(printable(`${program}: ${unusable === NOT_FOUND ? 'command not found' : 'cannot be executed'}`));
    return unusable;
  }
  if (settings.dir !== undefined) requirePrivate(settings.dir);
  const signals = catchSignals();
  try {
    return await runIn(makeFolder(settings.dir), call, signals);
  } catch (error) {
    const signal = signals.received();
    if (!signal) throw error;
    log.info(`interrupted by ${signal} before the command started`);
    return exitCodeOf(signal);
  } finally {
    signals.release();
  }
}

/** A folder of its own, also within the user's: another login may be at home there. */
function makeFolder(parent: string | undefined): string {
  if (parent !== undefined) mkdirSync(parent, { recursive: true, mode: 0o700 });
  return mkdtempSync(join(parent ?? tmpdir(), 'mlflow-auth-'));
}

async function runIn(dir: string, call: LoginCall, signals: Signals): Promise<number> {
  const { rest, flags, settings, sources, secrets, log } = call;
  const { warn } = log;
  const keep = refreshTokenStore(settings, warn);
  const ended = new AbortController();
  try {
    const credential = await runLogin(settings, secrets, log, { keep, signal: signals.aborted });
    const variables = handOver(credential, settings, dir, sources, warn);
    signals.aborted.throwIfAborted();
    const inherited = flags['keep-secrets'] === 'true' ? sources.env : withoutSecrets(sources.env);
    const env = { ...inherited, ...Object.fromEntries(variables.map(({ name, value }) => [name, value])) };
    const fresh = keepFresh(dir, sources, secrets, { warn, keep }, ended.signal).catch((error) =>
      warn(`the credential is not renewed any more: ${errorMessage(error)}`),
    );
    const code = await runProgram(rest, env, signals);
    if (keep) await Promise.race([fresh, sleep(LAST_ANSWER, undefined, { signal: signals.aborted })]).catch(() => {});
    return code;
  } finally {
    ended.abort();
    // Whoever renewed, the program or this process, the last refresh token is in the folder.
    try {
      if (existsSync(join(dir, STATE_FILE))) keep?.(readState(dir).settings.refreshToken);
    } catch (error) {
      warn(`the refresh token cannot be kept: ${errorMessage(error)}`);
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Renews the credential in the folder shortly before each end, until the signal. */
async function keepFresh(
  dir: string,
  sources: Sources,
  secrets: Secrets,
  { warn, keep }: { warn: WriteLine; keep: Keep | undefined },
  signal: AbortSignal,
): Promise<void> {
  const wait = (time: number) => sleep(Math.max(0, Math.min(time, 2 ** 31 - 1)), undefined, { signal }).catch(() => {});
  let told = false;
  while (!signal.aborted) {
    const { value, issued_at, expires_at } = readCredential(dir);
    if (!expires_at) return;
    const end = Date.parse(expires_at);
    await wait(end - renewBefore(end - Date.parse(issued_at)) - Date.now());
    if (signal.aborted) return;
    if (!told)
      warn(
        `the credential in the environment ends at ${expires_at}: Python programs get a new one, others keep the old one`,
      );
    told = true;
    try {
      await renew(dir, fingerprint(value), sources, secrets, () => {}, signal);
      keep?.(readState(dir).settings.refreshToken);
    } catch (error) {
      if (signal.aborted) return;
      warn(`renewal failed: ${errorMessage(error)}`);
      await wait(PAUSE);
    }
  }
}
