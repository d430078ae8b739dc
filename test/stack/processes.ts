// Starts servers as child processes, waits until they answer, and ends exactly those.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const children: { name: string; child: ChildProcess; log: () => string }[] = [];

/** Ports of 127.0.0.1 that are free at this moment. All are held until the last is known, so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts a server and waits until `url` answers 200. @throws Error with its log when it ends or takes more than so many seconds */
export async function startServer(
  name: string,
  command: string,
  args: string[],
  url: string,
  env: NodeJS.ProcessEnv = {},
  seconds = 90,
): Promise<ChildProcess> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-100_000);
    });
  }
  children.push({ name, child, log: () => log });
  for (let tries = 0; tries < 10 * seconds; tries++) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${log}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stopServer(child);
  throw new Error(`${name} does not answer at ${url}:\n${log}`);
}

/** Ends one server and waits for its end. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(hard);
}

/** Ends all servers that were started here. */
export async function stopAll(): Promise<void> {
  await Promise.all(children.splice(0).map(({ child }) => stopServer(child)));
}

/** What a server has printed, for the message of a failed test. */
export function logOf(name: string): string {
  return children
    .filter((one) => one.name === name)
    .map(({ log }) => log())
    .join('\n');
}
