// The action's post step, and what lets it be recognised: it removes what is on disk, and never logs in.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type FakePlatform, type StartOptions, startPlatform } from '../support/fake/platform.js';
import { readFileCommand } from '../support/github-runner.js';
import { goodInputs, runAction, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-post-'));
after(() => rmSync(root, { recursive: true }));

const NAME = 'STATE_mlflow-auth-folder';
const OWN = 'mlflow-auth-01234567-89ab-cdef-0123-456789abcdef';

async function at<T>(switches: StartOptions, work: (platform: FakePlatform) => Promise<T>): Promise<T> {
  const platform = await startPlatform(switches);
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}

/** What the runner gives the post step back: of values with the same name, the last. */
function stateIn(text: string): Record<string, string> {
  return Object.fromEntries(readFileCommand(text).map(([name, value]) => [`STATE_${name}`, value]));
}

/** Runs the main step and then the post step as a runner does, in one RUNNER_TEMP. */
async function wholeRun(inputs: Record<string, string>) {
  const temp = mkdtempSync(join(root, 'temp-'));
  const state = join(mkdtempSync(join(root, 'state-')), 'state');
  writeFileSync(state, '');
  const main = await runAction(inputs, { RUNNER_TEMP: temp, GITHUB_STATE: state });
  const saved = stateIn(readFileSync(state, 'utf8'));
  const between = readdirSync(temp);
  const post = await runAction(inputs, { RUNNER_TEMP: temp, GITHUB_STATE: state, ...saved });
  return { main, post, between, left: readdirSync(temp) };
}

describe('the post step', () => {
  const FAILURES: Record<string, [switches: StartOptions, inputs: Record<string, string>, logins: number]> = {
    'a wrong password': [{}, { password: 'wrong password' }, 1],
    'one 500 at the token endpoint': [{ canned: { token: { status: 500, times: 1 } } }, {}, 1],
    'a proof that fails': [{ canned: { userinfo: { status: 401 } } }, { method: 'token' }, 1],
    'a setting that is wrong': [{}, { timeout: 'x' }, 0],
    'no answer': [{ canned: { login: { status: 200, hang: true } } }, { timeout: '2' }, 1],
  };
  for (const [name, [switches, inputs, logins]] of sampled(Object.entries(FAILURES))) {
    it(`after ${name} does not log in, and leaves nothing on disk`, () =>
      at(switches, async (platform) => {
        const { main, post, left } = await wholeRun({ ...goodInputs(platform), ...inputs });
        assert.deepEqual([main.status, post.status], [1, 0], post.stdout);
        assert.equal(post.stdout, 'No credential on disk.\n');
        assert.equal(timesAsked(platform, 'POST login'), logins);
        assert.deepEqual(left, []);
      }));
  }

  it('after a login removes the folder that the action made', () =>
    at({}, async (platform) => {
      const { main, post, between, left } = await wholeRun(goodInputs(platform));
      assert.deepEqual([main.status, post.status], [0, 0], main.stdout);
      assert.deepEqual([between.length, left], [1, []]);
      assert.equal(post.stdout, 'Removed the credential from disk.\n');
      assert.equal(timesAsked(platform, 'POST login'), 1);
    }));

  it('with any saved state, empty or garbage, does not log in and does not fail', () =>
    at({}, async (platform) => {
      const STATES = ['', ' ', '{}', 'null', 'nonsense', '7', '[]', '{"dir":7,"own":true}', '{"own":true}'];
      for (const state of sampled(STATES)) {
        const { status, stdout } = await runAction(goodInputs(platform), { [NAME]: state });
        assert.equal(status, 0, `${JSON.stringify(state)}: ${stdout}`);
        assert.match(stdout, /^(No credential on disk\.|Cannot remove the credential from disk: .*)\n$/);
      }
      assert.equal(platform.asked.length, 0);
    }));

  it('removes no folder but one that the action made under RUNNER_TEMP', async () => {
    const temp = mkdtempSync(join(root, 'runner-'));
    const elsewhere = mkdtempSync(join(root, 'elsewhere-'));
    const others = [join(elsewhere, OWN), join(temp, 'build'), join(temp, OWN, OWN), temp];
    for (const dir of others) {
      mkdirSync(dir, { recursive: true });
      const state = JSON.stringify({ dir, own: true });
      const { status, stdout } = await runAction({}, { [NAME]: state, RUNNER_TEMP: temp });
      assert.match(
        stdout,
        /Cannot remove the credential from disk: the saved state names a directory that the action did not create/,
      );
      assert.deepEqual([status, existsSync(dir)], [0, true], dir);
    }
    await runAction({}, { [NAME]: JSON.stringify({ dir: join(temp, OWN), own: true }), RUNNER_TEMP: temp });
    assert.deepEqual(readdirSync(temp), ['build']);
  });

  it("removes only its own secrets from a folder of the user's", async () => {
    const dir = mkdtempSync(join(root, 'mine-'));
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    const left = [`renewal.json.${uuid}`, `credential.json.${uuid}`, `credential.json.${uuid}.probe`];
    for (const name of ['credential.json', 'renewal.json', 'thesis.tex', ...left]) writeFileSync(join(dir, name), '');
    writeFileSync(join(dir, 'mlflow-auth.id'), uuid);
    const run = (id?: string) => runAction({}, { [NAME]: JSON.stringify({ dir, own: false, id }) });
    const all = readdirSync(dir);
    for (const id of [undefined, '', 'another']) {
      const { status, stdout } = await run(id);
      assert.match(stdout, /Cannot remove the credential from disk: .* that this step did not write to/);
      assert.deepEqual([status, readdirSync(dir)], [0, all], 'a state that anyone can set removes nothing');
    }
    const { status, stdout } = await run(uuid);
    assert.deepEqual([status, stdout], [0, 'Removed the credential from disk.\n']);
    assert.deepEqual(readdirSync(dir), ['thesis.tex']);
  });
});

describe('the main step', () => {
  it('logs in only where the runner takes its state, since the post step could not be recognised otherwise', () =>
    at({}, async (platform) => {
      for (const GITHUB_STATE of ['', '/no/such/file', root, ...(existsSync('/dev/full') ? ['/dev/full'] : [])]) {
        const { status, stdout } = await runAction(goodInputs(platform), { GITHUB_STATE });
        assert.equal(status, 1, stdout);
        assert.doesNotMatch(stdout, /save-state/);
      }
      assert.equal(platform.asked.length, 0);
    }));

  it('has saved where the folder will be before the first request', async () => {
    const state = join(root, 'GITHUB_STATE');
    writeFileSync(state, '');
    const temp = mkdtempSync(join(root, 'saved-'));
    const seen: string[] = [];
    const before = () => void seen.push(readFileSync(state, 'utf8'));
    await at({ before }, (platform) => runAction(goodInputs(platform), { GITHUB_STATE: state, RUNNER_TEMP: temp }));
    assert.ok(seen.length > 0);
    for (const text of seen) {
      const { dir, own } = JSON.parse(stateIn(text)[NAME] ?? '');
      assert.deepEqual([dir.startsWith(join(temp, 'mlflow-auth-')), own], [true, true]);
    }
  });
});
