// For the tests of the proxy: starts the bundle's proxy, and sends requests as raw as a test wants them.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUNDLE } from './program.js';

/** A proxy that runs. */
export interface RunningProxy {
  uri: string;
  port: number;
  token: string;
  /** All that it printed for the environment. */
  variables: Record<string, string>;
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** Ends it by SIGTERM, and waits. @returns its exit code */
  stop: () => Promise<number | null>;
}

/** Starts `proxy` without a command. @param program what runs the bundle */
export async function startProxy(
  env: Record<string, string>,
  flags: readonly string[] = [],
  program: readonly string[] = [process.execPath],
): Promise<RunningProxy> {
  const [runtime = '', ...options] = program;
  const child = spawn(runtime, [...options, BUNDLE, 'proxy', '--format', 'json', ...flags], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  while (!stdout.includes('}\n')) {
    assert.ok(child.exitCode === null && child.signalCode === null, stderr);
    await sleep(20);
  }
  const variables = JSON.parse(stdout) as Record<string, string>;
  const { MLFLOW_TRACKING_URI: uri = '', MLFLOW_TRACKING_TOKEN: token = '' } = variables;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    return child.exitCode;
  };
  const port = Number(new URL(uri).port);
  return { uri, port, token, variables, child, stdout: () => stdout, stderr: () => stderr, stop };
}

/** Runs a test with a proxy. */
export async function withProxy(
  env: Record<string, string>,
  test: (proxy: RunningProxy) => Promise<void>,
  flags: readonly string[] = [],
): Promise<void> {
  const proxy = await startProxy(env, flags);
  try {
    await test(proxy);
  } finally {
    await proxy.stop();
  }
}

/** An answer, whole. */
export interface Got {
  status: number;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  body: string;
}

/** Sends a request with the proxy's token, unless headers have another Authorization. */
export async function ask(
  proxy: Pick<RunningProxy, 'port' | 'token'>,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string | string[]>; body?: string | Buffer } = {},
): Promise<Got> {
  const going = request({
    host: '127.0.0.1',
    port: proxy.port,
    path,
    method,
    headers: { authorization: `Bearer ${proxy.token}`, ...headers },
  });
  going.end(body);
  const [answer] = (await once(going, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return { status: answer.statusCode ?? 0, headers: answer.headers, rawHeaders: answer.rawHeaders, body: text };
}

/** Sends bytes over a socket of its own, and reads until the proxy closes it, or for so many milliseconds. */
export async function sendRaw(port: number, bytes: string | Buffer, limit = 1500): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), limit);
  // Not `once` of node:events, which throws where the connection is reset after the answer.
  await new Promise((resolve) => socket.once('close', resolve));
  clearTimeout(timer);
  return text;
}
