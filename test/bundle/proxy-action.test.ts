// The action with proxy: true through the built program: its three moments, a job in between, and what is left of a secret.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakePlatform } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { readFileCommand } from '../support/github-runner.js';
import { formsOf, secretsOf } from '../support/leaks.js';
import { BUNDLE, goodInputs, runProgram, timesAsked } from '../support/program.js';
import { ask } from '../support/proxying.js';
import { at, grants, root } from '../support/renewing.js';

const FILES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'];
const PATH = '/api/2.0/mlflow/experiments/search';

/** A runner for one job: its steps share a folder. */
function startJob(platform: FakePlatform) {
  const temp = mkdtempSync(join(root, 'job-'));
  const printed: string[] = [];
  const step = async (inputs: Record<string, string>, env: Record<string, string> = {}) => {
    const paths = Object.fromEntries(FILES.map((name) => [name, join(temp, name)]));
    for (const path of Object.values(paths)) writeFileSync(path, '');
    const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
    const runner = { PATH: process.env.PATH ?? '', GITHUB_ACTIONS: 'true', RUNNER_TEMP: temp, ...paths };
    const outcome = await runProgram(process.execPath, [BUNDLE], { ...runner, ...Object.fromEntries(given), ...env });
    const read = (name: string) => readFileSync(paths[name] ?? '', 'utf8');
    printed.push(outcome.stdout, outcome.stderr, ...FILES.map(read));
    const commands = (name: string) => Object.fromEntries(readFileCommand(read(name)));
    return {
      ...outcome,
      env: commands('GITHUB_ENV'),
      state: commands('GITHUB_STATE'),
      summary: read('GITHUB_STEP_SUMMARY'),
      outputs: commands('GITHUB_OUTPUT'),
    };
  };
  return {
    temp,
    printed,
    main: (more: Record<string, string> = {}, env: Record<string, string> = {}) =>
      step({ ...goodInputs(platform), proxy: 'true', ...more }, env),
    post: (state: Record<string, string>) =>
      step({}, Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]))),
    files: () =>
      readdirSync(temp, { recursive: true, encoding: 'utf8' })
        .map((name) => join(temp, name))
        .filter((path) => statSync(path).isFile()),
  };
}

const proxyOf = (env: Record<string, string>) => ({
  port: Number(new URL(env.MLFLOW_TRACKING_URI ?? '').port),
  token: env.MLFLOW_TRACKING_TOKEN ?? '',
});

/** One that has ended may stay in the list of processes for a while, without its command line. */
const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};

describe('the action with proxy: true', () => {
  for (const method of ['token', 'cookie', 'basic'])
    it(`serves later steps until the post step, and the ${method} is nowhere`, async () => {
      const basic = method === 'basic';
      await at(basic ? { basicAuth: 'mlflow' } : {}, async (platform) => {
        const job = startJob(platform);
        const { status, stdout, stderr, env, state, outputs } = await job.main(
          basic ? { login: 'basic' } : { method },
          { NO_PROXY: 'other.example' },
        );
        assert.equal(status, 0, stdout + stderr);
        assert.deepEqual(Object.keys(env).sort(), [
          'MLFLOW_TRACKING_TOKEN',
          'MLFLOW_TRACKING_URI',
          'MLFLOW_WORKSPACE',
          'NO_PROXY',
          'no_proxy',
        ]);
        assert.equal(env.NO_PROXY, 'other.example,127.0.0.1,localhost');
        assert.equal(outputs.MLFLOW_TRACKING_TOKEN, env.MLFLOW_TRACKING_TOKEN);
        assert.match(stdout, new RegExp(`^::add-mask::${env.MLFLOW_TRACKING_TOKEN}$`, 'm'));
        const [folder = ''] = readdirSync(job.temp).filter((name) => name.startsWith('mlflow-auth-'));
        const { pid } = JSON.parse(readFileSync(join(job.temp, folder, 'proxy.json'), 'utf8'));
        for (let step = 0; step < 2; step++) assert.equal((await ask(proxyOf(env), PATH)).status, 200);
        await ask(proxyOf(env), PATH, { headers: { authorization: 'Bearer wrong' } });

        const cookies = platform.asked.flatMap(({ request }) =>
          (request.headers.cookie ?? '').split('; ').map((one) => one.slice(one.indexOf('=') + 1)),
        );
        const real = secretsOf(platform, { password: USUAL.password, 'client-secret': USUAL.clientSecret });
        const secrets = [...real, ...cookies.filter((one) => one.length > 30)];
        assert.ok(secrets.length >= 3);
        const of = process.platform === 'linux' ? ['environ', 'cmdline'].map((name) => `/proc/${pid}/${name}`) : [];
        const everything = [...job.printed, ...[...job.files(), ...of].map((path) => readFileSync(path, 'utf8'))].join(
          '\n',
        );
        // The runner knows these two anyway: they are its own secrets.
        const printed = everything.replace(/^::add-mask::.*$/gm, (line) => (/^::add-mask::ey/.test(line) ? line : ''));
        for (const form of formsOf(secrets)) assert.ok(!printed.includes(form), `shows ${form}`);
        for (const path of job.files().filter((one) => one.includes(folder)))
          assert.equal(statSync(path).mode & 0o077, 0, path);

        const post = await job.post(state);
        assert.equal(post.status, 0);
        assert.match(
          post.stdout,
          /^The proxy has ended: requests: 2, .*, refused: 1, failed: 0, runs are at: https:\/\/localhost:\d+\/clusters\/c1\/mlflow\.$/m,
        );
        assert.match(post.summary, /MLflow proxy[\s\S]*Requests<\/th><td>2<[\s\S]*Runs are at<\/th><td>https:/);
        assert.ok(!isRunning(pid) && !existsSync(join(job.temp, folder)));
        assert.equal(timesAsked(platform, 'POST login'), basic ? 0 : 1);
      });
    });

  it('renews while the job runs', async () => {
    await at({ tokenLife: 8 }, async (platform) => {
      const job = startJob(platform);
      const { status, stdout, env, state } = await job.main();
      assert.equal(status, 0, stdout);
      for (let second = 0; second < 14; second++) {
        assert.equal((await ask(proxyOf(env), PATH)).status, 200);
        await sleep(1000);
      }
      assert.ok(grants(platform) >= 2);
      assert.match((await job.post(state)).stdout, /renewals: [2-9]/);
    });
  });

  it('ends with the process that runs the job, where no post step ever comes', {
    skip: process.platform === 'win32' && 'Windows gives the id of a parent to others',
  }, async () => {
    await at({}, async (platform) => {
      const job = startJob(platform);
      const paths = Object.fromEntries(FILES.map((name) => [name, join(job.temp, name)]));
      for (const path of Object.values(paths)) writeFileSync(path, '');
      const given = Object.entries({ ...goodInputs(platform), proxy: 'true' }).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        value,
      ]);
      const env = {
        PATH: process.env.PATH ?? '',
        GITHUB_ACTIONS: 'true',
        RUNNER_TEMP: job.temp,
        ...paths,
        ...Object.fromEntries(given),
      };
      // A runner that is killed after the step.
      const script = `
        const { spawnSync } = require('node:child_process');
        process.exit(spawnSync(process.execPath, [${JSON.stringify(BUNDLE)}], { stdio: 'ignore' }).status);`;
      assert.equal((await runProgram(process.execPath, ['-e', script], env)).status, 0);
      const [folder = ''] = readdirSync(job.temp).filter((name) => name.startsWith('mlflow-auth-'));
      const { pid } = JSON.parse(readFileSync(join(job.temp, folder, 'proxy.json'), 'utf8'));
      while (isRunning(pid)) await sleep(100);
    });
  });

  it('leaves nothing running after a login that fails, or where nothing can be exported', async () => {
    await at({}, async (platform) => {
      const job = startJob(platform);
      const failed = await job.main({ workspace: 'team-b' });
      assert.equal(failed.status, 1);
      assert.deepEqual([failed.env, readdirSync(job.temp).filter((name) => name.startsWith('mlflow-auth-'))], [{}, []]);
      const forms = formsOf(secretsOf(platform, { password: USUAL.password }).filter((one) => one.startsWith('ey')));
      for (const form of forms) assert.ok(!job.printed.join('\n').includes(form));
      assert.match((await job.post(failed.state)).stdout, /^No credential on disk\.$/m);
    });
  });

  it('ends no other process, whatever the state and the folder say', async () => {
    await at({}, async (platform) => {
      const job = startJob(platform);
      const { env, state } = await job.main();
      const [folder = ''] = readdirSync(job.temp).filter((name) => name.startsWith('mlflow-auth-'));
      const file = join(job.temp, folder, 'proxy.json');
      const left = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...left, pid: process.pid }));
      await job.post(state);
      // This process is still here to say so.
      assert.equal((await ask(proxyOf(env), PATH)).status, 200);
      process.kill(left.pid, 'SIGTERM');
      while (isRunning(left.pid)) await sleep(50);
    });
  });
});
