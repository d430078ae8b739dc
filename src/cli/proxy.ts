// The command proxy: serves MLflow on this machine, to one command or until a signal, with the credential in its memory alone.

import { UsageError } from '../errors/errors.js';
import { runLogin } from '../login/session.js';
import { inOneLine, rowsOf } from '../proxy/counts.js';
import { untilEnd } from '../proxy/parent.js';
import { serveHealth } from '../proxy/server.js';
import { type LocalProxy, startProxy } from '../proxy/start.js';
import { refreshTokenStore } from '../renewal/refresh-token.js';
import { withRefreshTokenFile } from '../renewal/refresh-token-file.js';
import { environmentFor, localVariables } from '../sdk/local-variables.js';
import { overridesOf } from '../sdk/overrides.js';
import type { Env } from '../util/env.js';
import type { LoginCall } from './command.js';
import { checkProgram } from './find-program.js';
import { FORMATS, type Format } from './formats.js';
import { lifeLimit, listenAddress, parseAddress } from './listen-address.js';
import { runProgram } from './run-program.js';
import { maskerFor } from './runner.js';
import { catchSignals, exitCodeOf, type Signals } from './signals.js';

/** Milliseconds for requests that run: after a signal, less than the 30 s that Kubernetes waits; after the command. */
const GRACE = 25_000;
const GRACE_OF_COMMAND = 5_000;

/**
 * Logs in and serves.
 * @returns the exit code of the command, as `exec` does; without one 0 after the signal or the limit that ended it
 */
export async function run(call: LoginCall): Promise<number> {
  const { rest, flags, sources, log } = call;
  // Now: once that has ended, the number is that of whoever takes up orphans.
  const parent = process.ppid;
  const [program] = rest;
  const allowRemote = flags['allow-remote'] === 'true';
  const listen = listenAddress(flags.listen, allowRemote);
  const health =
    flags['health-listen'] === undefined ? undefined : parseAddress('health-listen', flags['health-listen']);
  const life = lifeLimit(flags['max-life']);
  if (program !== undefined) {
    if (flags.format !== undefined) throw new UsageError('--format is for proxy without a command.');
    const unusable = checkProgram(program, sources.env, log.info);
    if (unusable) return unusable;
  }
  const signals = catchSignals();
  const open: { end: (grace: number) => Promise<void> }[] = [];
  let grace = GRACE;
  try {
    const proxy = await start(call, { listen, pathToken: flags['path-token'] === 'true' }, signals);
    open.push(proxy);
    if (health) open.push(await serveHealth(health, proxy.isGood));
    if (allowRemote) log.warn('allow-remote: the token of the proxy is sent unencrypted');
    maskerFor(sources.env, '\n')(proxy.token);
    if (program === undefined) return await serveUntilEnd(call, proxy, signals, { parent, life });
    grace = GRACE_OF_COMMAND;
    return await runCommand(call, proxy, signals);
  } catch (error) {
    const signal = signals.received();
    if (!signal) throw error;
    log.info(`interrupted by ${signal} before the proxy started`);
    return exitCodeOf(signal);
  } finally {
    // It ends last: whoever takes the port after it gets what is still sent there.
    for (const one of open) await one.end(grace);
    signals.release();
  }
}

async function start(
  { settings, sources, secrets, log }: LoginCall,
  options: Parameters<typeof startProxy>[1],
  { aborted: signal }: Signals,
): Promise<LocalProxy> {
  const keep = refreshTokenStore(settings, log.warn);
  const credential = await withRefreshTokenFile(
    settings,
    secrets,
    ({ settings, guard, refusals }) =>
      runLogin(settings, secrets, log, { keep: keep && guard(keep), refusals, signal }),
    { signal },
  );
  signal.throwIfAborted();
  return startProxy({ credential, settings, sources, secrets, keep, warn: log.warn }, options);
}

async function runCommand(call: LoginCall, proxy: LocalProxy, signals: Signals): Promise<number> {
  const { rest, settings, sources, log } = call;
  const env = environmentFor(sources.env, localVariables(proxy, settings.workspace, sources.env));
  warnOfOverrides(call, proxy, env);
  const code = await runProgram(rest, env, signals);
  tellCounts(proxy, log.info);
  return code;
}

/** Prints the variables, and serves until a signal, the end of its parent, or the limit of its life. */
async function serveUntilEnd(
  call: LoginCall,
  proxy: LocalProxy,
  signals: Signals,
  { parent, life }: { parent: number; life: number | undefined },
): Promise<number> {
  const { flags, settings, sources, print, log } = call;
  const variables = localVariables(proxy, settings.workspace, sources.env);
  warnOfOverrides(call, proxy, {
    ...sources.env,
    ...Object.fromEntries(variables.map((one) => [one.name, one.value])),
  });
  const format = FORMATS[flags.format ?? 'shell'] as Format;
  print(format(variables));
  const why = (await untilEnd(parent, life, signals.aborted)) ?? signals.received();
  log.info(`the proxy ends: ${why}`);
  tellCounts(proxy, log.info);
  return 0;
}

function warnOfOverrides({ flags, sources, log }: LoginCall, { uri }: LocalProxy, env: Env): void {
  // Nothing beats a token in the path.
  if (flags['path-token'] === 'true') return;
  const target = { trackingUri: uri, insecureTls: false, ca: undefined };
  for (const text of overridesOf(env, target, sources.readFile, false)) log.warn(text);
}

function tellCounts(proxy: LocalProxy, write: (line: string) => void): void {
  write(`proxy: ${inOneLine(rowsOf(proxy.counts()))}`);
}
