// The benchmark of the proxy: `node build/bench/proxy.js`. The ways take turns within each round; medians count.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { quiet } from '../test/stack/run-python.js';
import { startStack } from '../test/stack/stack.js';
import { startPlatform } from '../test/support/fake/platform.js';
import { nodeProgram } from '../test/support/installed.js';
import { goodEnv, runProgram } from '../test/support/program.js';
import { type RunningProxy, startProxy } from '../test/support/proxying.js';

const ROUNDS = 4;
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const add = (lists: Record<string, number[]>, name: string, value: number) => {
  lists[name] = [...(lists[name] ?? []), value];
};
const show = (line: string) => process.stdout.write(`${line}\n`);

/** Of a process, in MB, the most so far; Linux alone tells it. */
const peak = ({ child }: RunningProxy) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
/** Seconds of processor time so far, at 100 ticks each. */
const used = ({ child }: RunningProxy) => {
  const [, , , , , , , , , , , , user = 0, system = 0] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '. ')
    .split(' ')
    .map(Number);
  return (user + system) / 100;
};

/** The stock SDK, on the real servers. */
async function withSdk(): Promise<void> {
  const stack = await startStack();
  const env = { ...stack.env, ...quiet(stack) };
  const direct = await runProgram(
    process.execPath,
    ['dist/index.js', 'env', '--format', 'json', '--dir', `${stack.folder}/sdk`],
    env,
  );
  const proxy = await startProxy(env);
  try {
    const ways = { direct: JSON.parse(direct.stdout), proxy: proxy.variables } as Record<
      string,
      Record<string, string>
    >;
    const seconds: Record<string, number[]> = {};
    for (let round = 0; round <= ROUNDS; round++)
      for (const [way, variables] of Object.entries(ways)) {
        const { status, stdout, stderr } = await runProgram(stack.tools.python, ['bench/proxy.py'], {
          ...quiet(stack),
          ...variables,
        });
        if (status !== 0) throw new Error(stderr);
        // The first round fills caches.
        if (round > 0)
          for (const [name, value] of Object.entries(
            JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '{}') as Record<string, number>,
          ))
            add(seconds, `${way} ${name}`, value);
      }
    const of = (way: string, name: string) => median(seconds[`${way} ${name}`] ?? []);
    show('| stock SDK, real servers | direct | proxy | ratio |\n| --- | ---: | ---: | ---: |');
    const row = (label: string, name: string, scale: (value: number) => number, unit: string) => {
      const [one, other] = [scale(of('direct', name)), scale(of('proxy', name))];
      show(`| ${label} | ${one.toFixed(2)} ${unit} | ${other.toFixed(2)} ${unit} | ${(other / one).toFixed(2)} |`);
    };
    row('log_metric × 300', 'metrics', (value) => value, 's');
    row('200 MB up', 'up', (value) => 200 / value, 'MB/s');
    row('200 MB down', 'down', (value) => 200 / value, 'MB/s');
    show(`\nPeak memory of the proxy: ${peak(proxy).toFixed(0)} MB\n`);
  } finally {
    await proxy.stop();
    await stack.stop();
  }
}

type Get = (path: string) => Promise<void>;

/** Small requests, and many large bodies, at a server that does nothing. */
async function withBareServer(name: string, program: string[]): Promise<void> {
  const server = fork('build/bench/bare-server.js', [], { execArgv: [] });
  const [{ port, ca }] = (await once(server, 'message')) as [{ port: number; ca: string }];
  const platform = await startPlatform();
  const { CLUSTER: _, ...env } = goodEnv(platform);
  const uri = `https://localhost:${port}/mlflow`;
  const more = { PLATFORM_CA: `${platform.ca}${ca}`, MLFLOW_TRACKING_URI: uri, MLFLOW_AUTH_VERIFY: 'false' };
  const start = () => startProxy({ ...env, ...more }, [], program);
  let proxy = await start();
  try {
    const headers = { authorization: `Bearer ${proxy.token}` };
    const tls = new HttpsAgent({ keepAlive: true, ca });
    const plain = new HttpAgent({ keepAlive: true });
    const ways: Record<string, Get> = {
      direct: (path) => whole(httpsRequest(`${uri}${path}`, { agent: tls }).end()),
      proxy: (path) => whole(httpRequest(`${proxy.uri}${path}`, { agent: plain, headers }).end()),
    };
    const times: Record<string, number[]> = {};
    for (let round = 0; round < 5; round++)
      for (const [way, get] of Object.entries(ways))
        for (let count = 0; count < 300; count++) {
          const begin = performance.now();
          await get('/x');
          if (round > 0) add(times, way, performance.now() - begin);
        }
    const [one, other] = [median(times.direct ?? []), median(times.proxy ?? [])];
    const [before, begin, count] = [used(proxy), performance.now(), 20_000];
    let left = count;
    const worker = async () => {
      while (left-- > 0) await ways.proxy?.('/x');
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    const rate = count / ((performance.now() - begin) / 1000);
    const perCore = count / (used(proxy) - before);
    await proxy.stop();
    proxy = await start();
    await Promise.all(Array.from({ length: 32 }, () => upload(proxy, 100)));
    const uploads = peak(proxy);
    await proxy.stop();
    proxy = await start();
    await Promise.all(Array.from({ length: 16 }, () => slowDownload(proxy, 200)));
    const cells = [
      `+${(other - one).toFixed(2)} ms`,
      rate.toFixed(0),
      perCore.toFixed(0),
      `${uploads.toFixed(0)} MB`,
      `${peak(proxy).toFixed(0)} MB`,
    ];
    show(`| ${name} | ${cells.join(' | ')} |`);
  } finally {
    await proxy.stop();
    server.disconnect();
    await platform.close();
  }
}

async function whole(going: ReturnType<typeof httpRequest>): Promise<void> {
  const [answer] = (await once(going, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
}

async function upload({ uri, token }: RunningProxy, megabytes: number): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-length': megabytes << 20 };
  const going = httpRequest(`${uri}/x`, { method: 'PUT', headers });
  const answered = whole(going);
  const block = Buffer.alloc(1 << 20);
  for (let sent = 0; sent < megabytes; sent++) if (!going.write(block)) await once(going, 'drain');
  going.end();
  await answered;
}

/** Reads a second after the first bytes, and then as fast as it comes. */
async function slowDownload({ uri, token }: RunningProxy, megabytes: number): Promise<void> {
  const going = httpRequest(`${uri}/bytes/${megabytes << 20}`, { headers: { authorization: `Bearer ${token}` } }).end();
  const [answer] = (await once(going, 'response')) as [IncomingMessage];
  await new Promise((resolve) => setTimeout(resolve, 3000));
  answer.resume();
  await once(answer, 'end');
}

if (!process.argv.includes('--bare')) await withSdk();
show('| server that does nothing | p50 | requests/s | per processor second | 32 × 100 MB up | 16 × 200 MB slow down |');
show('| --- | ---: | ---: | ---: | ---: | ---: |');
await withBareServer('Node 20', [await nodeProgram(20)]);
await withBareServer('Node 24', [await nodeProgram(24)]);
