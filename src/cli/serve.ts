// The command serve, which the action starts: the proxy as a process of its own, with all that is secret from standard input.

import { readFileSync } from 'node:fs';
import { errorMessage } from '../errors/errors.js';
import { secretsOf } from '../login/credential.js';
import { leave, type Order, type Ready } from '../proxy/detached.js';
import { untilEnd } from '../proxy/parent.js';
import { type LocalProxy, startProxy } from '../proxy/start.js';
import { secretsIn } from '../settings/secrets-in.js';
import { Secrets } from '../util/secrets.js';
import type { Call } from './command.js';
import { catchSignals } from './signals.js';

/** Milliseconds for requests that run. */
const GRACE = 20_000;
/** Seconds: the longest job on a runner takes five days. */
const LIFE = 5 * 86_400;

/** Serves until a signal, the end of the parent, or the limit of its life. @returns the exit code */
export async function run({ print, log }: Call): Promise<number> {
  const tell = (ready: Ready) => print(`${JSON.stringify(ready)}\n`);
  const order = JSON.parse(readFileSync(0, 'utf8')) as Order;
  const { settings, dir, parent, proxies } = order;
  Object.assign(process.env, proxies);
  const secrets = new Secrets();
  const warn = (text: string) => log.warn(secrets.redact(text));
  const signals = catchSignals();
  let proxy: LocalProxy;
  try {
    proxy = await startProxy({ ...loginOf(order, secrets), warn }, LOCAL);
  } catch (error) {
    tell({ failed: secrets.redact(errorMessage(error)) });
    return 1;
  }
  const left = { pid: process.pid, trackingUri: settings.trackingUri };
  leave(dir, left);
  tell({ uri: proxy.uri, token: proxy.token });
  await untilEnd(parent, LIFE, signals.aborted);
  await proxy.end(GRACE);
  leave(dir, { ...left, counts: proxy.counts() });
  return 0;
}

const LOCAL = { listen: { host: '127.0.0.1', port: 0 }, pathToken: false };

function loginOf({ settings, credential: received, given, env }: Order, secrets: Secrets) {
  const expiresAt = received.expiresAt && new Date(received.expiresAt);
  const credential = { ...received, expiresAt };
  for (const secret of [...secretsIn(settings), ...secretsOf(credential)]) secrets.add(secret);
  const readFile = (path: string) => readFileSync(path, 'utf8');
  return {
    settings,
    credential,
    sources: { caller: 'action', given, env, readFile },
    secrets,
    keep: undefined,
  } as const;
}
