// Each version of MLflow's Python SDK with what the login hands over, at a server with and at one without a default workspace.
// All of them by `npm run test:clients`, otherwise a sample.

import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CLIENTS, type Client, WAYS, type Way } from '../support/clients.js';
import { pythonWithMlflow } from '../support/installed.js';
import { runCommand, runProgram } from '../support/program.js';
import { quiet } from './run-python.js';
import { type Stack, startStack } from './stack.js';

const ALL = process.env.TEST_CLIENTS === 'all';
const waysOf = ({ sample = [] }: Client) => (ALL ? WAYS : sample);
const clients = CLIENTS.filter((client) => waysOf(client).length > 0);

/** What the script client.py prints where everything works. */
const RESULTS = {
  param: { learning_rate: '0.1' },
  metric: [1, 1 / 2, 1 / 3],
  'artifact of 1 kB': true,
  'artifact of 30 MB': true,
  search: true,
  registry: true,
  workspace: 'team-a',
};

/** The methods to log in by in a way: behind the local proxy, both. */
const METHODS: Record<Way, readonly string[]> = { token: ['token'], cookie: ['cookie'], proxy: ['token', 'cookie'] };

for (const defaultWorkspace of [false, true]) {
  describe(`at a server ${defaultWorkspace ? 'with' : 'without'} a default workspace`, { concurrency: 2 }, () => {
    let stack: Stack;
    before(async () => {
      stack = await startStack({ c1: {} }, { defaultWorkspace });
      // One after another, before tests take the machine.
      for (const { version, pins } of clients) await pythonWithMlflow(version, pins);
    });
    after(() => stack?.stop());

    async function handedOver(method: string, flags: string[] = []): Promise<Record<string, string>> {
      const args = ['env', '--format', 'json', '--method', method, ...flags];
      const { status, stdout, stderr } = await runCommand(args, stack.env);
      assert.equal(status, 0, stderr);
      return { ...JSON.parse(stdout), ...quiet(stack) };
    }

    /** Runs Python with one version of the SDK. @returns what it prints */
    async function run({ version, pins }: Client, env: Record<string, string>, args: string[]): Promise<string> {
      const { status, stdout, stderr } = await runProgram(await pythonWithMlflow(version, pins), args, env);
      assert.equal(status, 0, stderr);
      return stdout;
    }

    /** The same behind the local proxy. */
    async function runBehindProxy({ version, pins }: Client, method: string, args: string[]): Promise<string> {
      const command = [await pythonWithMlflow(version, pins), ...args];
      const env = { ...stack.env, ...quiet(stack) };
      const { status, stdout, stderr } = await runCommand(['proxy', '--method', method, '--', ...command], env);
      assert.equal(status, 0, stderr);
      return stdout;
    }

    /** What runs Python as a way has it. */
    async function runnerFor(client: Client, way: Way, method: string): Promise<(args: string[]) => Promise<string>> {
      if (way === 'proxy') return (args) => runBehindProxy(client, method, args);
      const dir = join(stack.folder, `sdk-${client.version}-${way}`);
      const env = await handedOver(method, ['--dir', dir]);
      return (args) => run(client, env, args);
    }

    for (const client of clients) {
      for (const [way, method] of waysOf(client).flatMap((way) =>
        METHODS[way].map((method) => [way, method] as const),
      )) {
        it(`${client.version} with the ${way === 'proxy' ? `proxy and the ${method}` : way} does all that it knows`, async () => {
          const python = await runnerFor(client, way, method);
          const stdout = await python(['test/stack/python/client.py']);
          assert.deepEqual(JSON.parse(/^results: (.*)$/m.exec(stdout)?.[1] ?? assert.fail(stdout)), {
            ...RESULTS,
            // Without kubernetes-auth, the server takes the client's word for it.
            owner: defaultWorkspace ? userInfo().username : 'ci@example.com',
            trace: client.traces ? ['inner', 'outer'] : null,
          });
          // The commands read what the script read: once for each version is enough.
          if (defaultWorkspace || way !== waysOf(client)[0]) return;
          const [, experiment = '', id = ''] = /^experiment: (\d+) run: ([0-9a-f]{32})$/m.exec(stdout) ?? [];
          await commandLine((...args) => python(['-m', 'mlflow', ...args]), experiment, id);
        });
      }

      it(`${client.version} without the auth provider ${client.workspaces ? 'names the workspace' : 'names no workspace'}`, async () => {
        const recorded = run(client, await handedOver('token'), ['test/stack/python/workspace.py']);
        if (client.workspaces || defaultWorkspace) {
          assert.match(await recorded, client.workspaces ? /^workspace: team-a$/m : /^workspace: default$/m);
        } else await assert.rejects(recorded, /(Workspace context|Active workspace) is required/);
      });
    }

    /** The commands of the SDK that read a run. */
    async function commandLine(mlflow: (...args: string[]) => Promise<string>, experiment: string, id: string) {
      assert.match(await mlflow('runs', 'list', '--experiment-id', experiment), new RegExp(id));
      const listed = JSON.parse(await mlflow('artifacts', 'list', '--run-id', id, '--artifact-path', 'data'));
      const names = ['artifact-1000.bin', 'artifact-30000000.bin'];
      assert.deepEqual(
        listed.map(({ path }: { path: string }) => path).sort(),
        names.map((name) => `data/${name}`),
      );
      const target = join(stack.folder, id);
      await mlflow('artifacts', 'download', '--run-id', id, '--artifact-path', 'data', '--dst-path', target);
      assert.deepEqual(readdirSync(join(target, 'data')).sort(), names);
      assert.equal(statSync(join(target, 'data', 'artifact-30000000.bin')).size, 30_000_000);
    }
  });
}
