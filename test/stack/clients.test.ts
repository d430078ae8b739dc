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

/** What it takes to send the credential in a way. */
const FLAGS: Record<Way, string[]> = { token: ['--method', 'token'], cookie: ['--method', 'cookie'] };

for (const defaultWorkspace of [false, true]) {
  describe(`at a server ${defaultWorkspace ? 'with' : 'without'} a default workspace`, { concurrency: 2 }, () => {
    let stack: Stack;
    before(async () => {
      stack = await startStack({ c1: {} }, { defaultWorkspace });
      // One after another, before tests take the machine.
      for (const { version, pins } of clients) await pythonWithMlflow(version, pins);
    });
    after(() => stack?.stop());

    async function handedOver(flags: string[]): Promise<Record<string, string>> {
      const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', ...flags], stack.env);
      assert.equal(status, 0, stderr);
      return { ...JSON.parse(stdout), ...quiet(stack) };
    }

    /** Runs Python with one version of the SDK. @returns what it prints */
    async function run({ version, pins }: Client, env: Record<string, string>, args: string[]): Promise<string> {
      const { status, stdout, stderr } = await runProgram(await pythonWithMlflow(version, pins), args, env);
      assert.equal(status, 0, stderr);
      return stdout;
    }

    for (const client of clients) {
      for (const way of waysOf(client)) {
        it(`${client.version} with the ${way} does all that it knows`, async () => {
          const dir = join(stack.folder, `sdk-${client.version}-${way}`);
          const env = await handedOver([...FLAGS[way], '--dir', dir]);
          const stdout = await run(client, env, ['test/stack/python/client.py']);
          assert.deepEqual(JSON.parse(/^results: (.*)$/m.exec(stdout)?.[1] ?? assert.fail(stdout)), {
            ...RESULTS,
            // Without kubernetes-auth, the server takes the client's word for it.
            owner: defaultWorkspace ? userInfo().username : 'ci@example.com',
            trace: client.traces ? ['inner', 'outer'] : null,
          });
          // The commands read what the script read: once for each version is enough.
          if (defaultWorkspace || way !== waysOf(client)[0]) return;
          const [, experiment = '', id = ''] = /^experiment: (\d+) run: ([0-9a-f]{32})$/m.exec(stdout) ?? [];
          await commandLine((...args) => run(client, env, ['-m', 'mlflow', ...args]), experiment, id);
        });
      }

      it(`${client.version} without the auth provider ${client.workspaces ? 'names the workspace' : 'names no workspace'}`, async () => {
        const recorded = run(client, await handedOver(FLAGS.token), ['test/stack/python/workspace.py']);
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
