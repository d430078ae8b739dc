// The fake platform for a job of a workflow: `start` leaves it running and sets outputs, `check` uses it, `stop` ends it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { startPlatform } from './support/fake/platform.js';
import { USUAL } from './support/fake/switches.js';
import { goodInputs } from './support/program.js';

/** Milliseconds after which it ends if nobody stops it. */
const LONGEST = 600_000;

const env = (name: string) => process.env[name] ?? assert.fail(`${name} is not set`);

const COMMANDS: Record<string, () => Promise<void> | void> = {
  async serve() {
    const platform = await startPlatform();
    setTimeout(() => process.exit(), LONGEST);
    process.send?.(goodInputs(platform));
  },
  async start() {
    const server = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const [inputs] = (await once(server, 'message')) as [Record<string, string>];
    for (const [name, value] of Object.entries({ ...inputs, pid: String(server.pid) }))
      appendFileSync(env('GITHUB_OUTPUT'), `${name}<<END\n${value.trimEnd()}\nEND\n`);
    server.disconnect();
    server.unref();
  },
  async check() {
    assert.equal(env('IDENTITY'), USUAL.username);
    const ca = readFileSync(env('MLFLOW_TRACKING_SERVER_CERT_PATH'));
    const headers = { authorization: `Bearer ${env('MLFLOW_TRACKING_TOKEN')}` };
    const url = `${env('MLFLOW_TRACKING_URI')}/api/3.0/mlflow/workspaces/${env('MLFLOW_WORKSPACE')}`;
    const [{ statusCode }] = await once(request(url, { ca, headers, agent: false }).end(), 'response');
    assert.equal(statusCode, 200);
    console.log('the credential opens the workspace');
    process.exit();
  },
  stop() {
    process.kill(Number(env('PID')));
  },
};

const command = COMMANDS[process.argv[2] ?? ''];
assert.ok(command, `expected one of ${Object.keys(COMMANDS).join(', ')}`);
await command();
