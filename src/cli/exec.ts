// The command exec: runs a program with the credential, keeps the credential fresh while it runs, and leaves nothing behind.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { errorMessage, UsageError } from '../errors/errors.js';
import { fingerprint } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { type Keep, refreshTokenStore } from '../renewal/refresh-token.js';
import { renew } from '../renewal/renew.js';
import { readCredential, requirePrivate } from '../sdk/folder.js';
import { handOver } from '../sdk/handover.js';
import { readState, renewBefore, STATE_FILE } from '../sdk/renewal-state.js';
import type { Sources } from '../settings/sources.js';
import type { WriteLine } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';
import type { LoginCall } from './command.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Milliseconds between tries after a renewal that failed for want of a connection. */
const PAUSE = 30_000;

/** @returns the exit code of the program, or 128 and the number of the signal that ended it */
export async function run({ rest, settings, sources, secrets, log }: LoginCall): Promise<number> {
  const [program = '', ...args] = rest;
  if (!program) throw new UsageError('exec needs a command behind --, as in: exec -- python train.py');
  if (settings.dir !== undefined) requirePrivate(settings.dir);
  const { warn } = log;
  const keep = refreshTokenStore(settings, warn);
  const credential = await runLogin(settings, secrets, log, keep);
  // A folder of its own, also within the user's: another login may be at home there.
  if (settings.dir !== undefined) mkdirSync(settings.dir, { recursive: true, mode: 0o700 });
  const dir = mkdtempSync(join(settings.dir ?? tmpdir(), 'mlflow-auth-'));
  const ended = new AbortController();
  try {
    const variables = handOver(credential, settings, dir, sources, warn);
    const env = { ...sources.env, ...Object.fromEntries(variables.map(({ name, value }) => [name, value])) };
    const fresh = keepFresh(dir, sources, secrets, { warn, keep }, ended.signal).catch((error) =>
      warn(`the credential is not renewed any more: ${errorMessage(error)}`),
    );
    const code = await runProgram(program, args, env);
    ended.abort();
    await fresh;
    return code;
  } finally {
    ended.abort();
    // Whoever renewed, the program or we, the last refresh token is in the folder.
    try {
      if (existsSync(join(dir, STATE_FILE))) keep?.(readState(dir).settings.refreshToken);
    } catch (error) {
      warn(`the refresh token cannot be kept: ${errorMessage(error)}`);
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

function runProgram(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit' });
    // A terminal sends Ctrl-C to its whole foreground group, so the program has it already; a second one would end its cleanup.
    const terminal = [0, 1, 2].some((stream) => isatty(stream));
    const passOn = (signal: NodeJS.Signals) => {
      if (!(terminal && signal === 'SIGINT')) child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, passOn);
    const done = () => {
      for (const signal of SIGNALS) process.off(signal, passOn);
    };
    child.on('error', (error) => {
      done();
      reject(new UsageError(`${program} cannot be run: ${errorMessage(error)}`));
    });
    child.on('exit', (code, signal) => {
      done();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
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
      await renew(dir, fingerprint(value), sources, secrets, () => {});
      keep?.(readState(dir).settings.refreshToken);
    } catch (error) {
      if (signal.aborted) return;
      warn(`renewal failed: ${errorMessage(error)}`);
      await wait(PAUSE);
    }
  }
}
