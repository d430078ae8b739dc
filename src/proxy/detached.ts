// The proxy as a process of its own: what it is started with, what it says, and what it leaves for whoever ends it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonObject } from '../http/response.js';
import type { Credential } from '../login/credential.js';
import type { Settings } from '../settings/types.js';
import { writeWhole } from '../util/files.js';
import type { Counts } from './counts.js';
import { isRunning } from './parent.js';

/** The first line of its standard input, as JSON: nothing of it is in its arguments or its environment. */
export interface Order {
  credential: Credential;
  settings: Settings;
  /** Its private folder. */
  dir: string;
  /** Process with whose end it ends too. */
  parent: number;
  /** What renewals may read credentials from. */
  given: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string>>;
  /** Variables of HTTP proxies. */
  proxies: Readonly<Record<string, string>>;
}

/** The first line of its standard output, as JSON. */
export type Ready = { uri: string; token: string } | { failed: string };

/** File in its folder: its process id as long as it runs, then in addition what it served. */
const FILE = 'proxy.json';
/** Milliseconds that it gets to end, which is more than it gives to requests that run. */
const PATIENCE = 30_000;

/** What its folder says of it. */
export interface Left {
  pid: number;
  /** The address of the runs for people: the local one leads nowhere after the job. */
  trackingUri: string;
  counts?: Counts;
}

export function leave(dir: string, left: Left): void {
  writeWhole(join(dir, FILE), JSON.stringify(left));
}

/** Undefined where no proxy was started with this folder. */
export function leftIn(dir: string): Left | undefined {
  const path = join(dir, FILE);
  const found = existsSync(path) ? jsonObject(readFileSync(path, 'utf8')) : undefined;
  return typeof found?.pid === 'number' && found.pid > 1 ? (found as unknown as Left) : undefined;
}

/**
 * Ends the proxy of a folder by its process id, and waits for its end.
 * @returns what it has left; undefined where there was none
 */
export async function endDetached(dir: string): Promise<Left | undefined> {
  const left = leftIn(dir);
  if (!left) return undefined;
  const { pid } = left;
  if (isIts(pid, dir)) process.kill(pid, 'SIGTERM');
  for (let waited = 0; isIts(pid, dir) && waited < PATIENCE; waited += 100) await sleep(100);
  if (isIts(pid, dir)) process.kill(pid, 'SIGKILL');
  return leftIn(dir);
}

/** Whether the process is that of the folder, which its arguments name: an id may be that of another one by now. */
function isIts(pid: number, dir: string): boolean {
  if (!isRunning(pid)) return false;
  const path = `/proc/${pid}/cmdline`;
  return !existsSync('/proc/self/cmdline') || (existsSync(path) && readFileSync(path, 'utf8').includes(dir));
}
