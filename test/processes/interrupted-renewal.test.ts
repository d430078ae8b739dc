// Renewals that are killed, stopped or overtaken: no refresh token is lost, no newer one is overwritten, nothing comes back.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fingerprint } from '../../src/login/credential.js';
import type { FakePlatform } from '../support/fake/platform.js';
import { readFileCommand } from '../support/github-runner.js';
import { BUNDLE, goodEnv, goodInputs, runAction, runCommand } from '../support/program.js';
import { at, credentialIn, folderOf, grants, renewIn, root, SYSTEM } from '../support/renewing.js';

const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const WHOLE = ['ca.pem', 'credential.json', 'mlflow-auth-python', 'renewal.json'];

const stateIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'renewal.json'), 'utf8'));

interface Renewal {
  child: ChildProcess;
  end: Promise<number | null>;
  /** It has kept its new refresh token, and waits for the answer to its proof. */
  proof: Promise<void>;
}

/** Starts the renewal that the login left. */
function startRenewal(dir: string): Renewal {
  const { refreshToken } = stateIn(dir).settings;
  const { renew, value } = credentialIn(dir);
  const [program = '', ...args] = renew;
  const child = spawn(program, [...args, '--seen', fingerprint(value)], { env: SYSTEM, stdio: 'ignore' });
  const end = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, end, proof: until(() => stateIn(dir).settings.refreshToken !== refreshToken, child) };
}

/** A gate at the proof: once shut, answers wait until it is opened. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let isShut = false;
  return {
    shut: () => {
      isShut = true;
    },
    open,
    before: (endpoint: unknown) => (endpoint === 'userinfo' && isShut ? opened : undefined),
  };
}

async function until(what: () => boolean, child: ChildProcess): Promise<void> {
  while (!what()) {
    assert.equal(child.exitCode, null, 'it ended before that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a renewal that was killed', () => {
  it('between its file and its place leaves a refresh token that the next one uses, and removes', async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const before = readFileSync(join(dir, 'renewal.json'));
      assert.equal((await renewIn(dir)).status, 0);
      // As if the new state had not been put in its place, and more had been left at other times.
      renameSync(join(dir, 'renewal.json'), join(dir, `renewal.json.${UUID}`));
      writeFileSync(join(dir, 'renewal.json'), before);
      const left = ['renewal.json.1', 'renewal.json.2', 'renewal.json.3'].map((name) =>
        name.replace(/\d$/, (n) => UUID.replace(/^./, n)),
      );
      for (const [index, text] of ['{"settings":', '', JSON.stringify({ ...stateIn(dir), generation: 0 })].entries())
        writeFileSync(join(dir, left[index] as string), text);
      const { status, stderr } = await renewIn(dir);
      assert.equal(status, 0, stderr);
      assert.equal(grants(platform), 2);
      assert.deepEqual(readdirSync(dir).sort(), WHOLE);
    });
  });

  it('leaves nothing that a post step does not remove', async () => {
    const dir = mkdtempSync(join(root, 'post-'));
    await at({}, async (platform) => {
      const state = join(mkdtempSync(join(root, 'state-')), 'state');
      writeFileSync(state, '');
      const inputs = { ...goodInputs(platform), dir, renew: 'true' };
      assert.equal((await runAction(inputs, { GITHUB_STATE: state })).status, 0);
      for (const name of ['renewal.json', 'credential.json'])
        writeFileSync(join(dir, `${name}.${UUID}`), readFileSync(join(dir, name)));
      const saved = readFileCommand(readFileSync(state, 'utf8')).map(([name, value]) => [`STATE_${name}`, value]);
      const { stdout } = await runAction(inputs, { ...Object.fromEntries(saved) });
      assert.equal(stdout, 'Removed the credential from disk.\n');
      assert.deepEqual(readdirSync(dir).sort(), ['ca.pem', 'mlflow-auth-python']);
    });
  });
});

describe('a renewal that was overtaken', () => {
  for (const when of ['while it waits for an answer', 'while it is stopped']) {
    it(`${when} by a newer one writes nothing over it`, {
      skip: process.platform === 'win32' && 'Windows has no SIGSTOP',
    }, async () => {
      const door = gate();
      await at({ before: door.before }, async (platform) => {
        const dir = await folderOf(platform);
        door.shut();
        const { child, end, proof } = startRenewal(dir);
        await proof;
        if (when.includes('stopped')) child.kill('SIGSTOP');
        // Another process takes the lock over, as it may from one that is silent, and renews.
        const newer = { ...stateIn(dir), generation: stateIn(dir).generation + 1 };
        newer.settings.refreshToken = 'of another process';
        writeFileSync(join(dir, 'renewal.lock'), JSON.stringify({ place: 'another', pid: 1, id: 'another' }));
        writeFileSync(join(dir, 'renewal.json'), JSON.stringify(newer));
        const credential = JSON.stringify({ ...credentialIn(dir), value: 'of.another.process' });
        writeFileSync(join(dir, 'credential.json'), credential);
        door.open();
        child.kill('SIGCONT');
        assert.equal(await end, 1);
        assert.equal(stateIn(dir).settings.refreshToken, 'of another process');
        assert.equal(readFileSync(join(dir, 'credential.json'), 'utf8'), credential);
        assert.match(readFileSync(join(dir, 'renewal.lock'), 'utf8'), /another/);
      });
    });
  }

  it('by the post step brings no secret back', async () => {
    for (const kind of ["the user's folder", "the action's folder"]) {
      const door = gate();
      await at({ before: door.before }, async (platform) => {
        const temp = mkdtempSync(join(root, 'temp-'));
        const state = join(mkdtempSync(join(root, 'state-')), 'state');
        writeFileSync(state, '');
        const mine = mkdtempSync(join(root, 'mine-'));
        const inputs = { ...goodInputs(platform), renew: 'true', ...(kind.includes('user') ? { dir: mine } : {}) };
        const main = await runAction(inputs, { GITHUB_STATE: state, RUNNER_TEMP: temp });
        assert.equal(main.status, 0, main.stdout);
        const dir = kind.includes('user') ? mine : join(temp, readdirSync(temp)[0] ?? '');
        door.shut();
        const { end, proof } = startRenewal(dir);
        await proof;
        const saved = readFileCommand(readFileSync(state, 'utf8')).map(([name, value]) => [`STATE_${name}`, value]);
        const post = await runAction(inputs, { ...Object.fromEntries(saved), RUNNER_TEMP: temp });
        assert.equal(post.stdout, 'Removed the credential from disk.\n');
        door.open();
        assert.equal(await end, 1);
        assert.deepEqual(readdirSync(mine).sort(), kind.includes('user') ? ['ca.pem', 'mlflow-auth-python'] : []);
        assert.ok(!readdirSync(temp).some((name) => name.startsWith('mlflow-auth-')));
      });
    }
  });

  it('by a new login in the same folder leaves that alone', async () => {
    const door = gate();
    await at({ before: door.before }, async (platform) => {
      const dir = await folderOf(platform);
      door.shut();
      const { end, proof } = startRenewal(dir);
      await proof;
      const login = await runCommand(['env', '--dir', dir, '--renew', '--no-verify'], goodEnv(platform));
      assert.equal(login.status, 0, login.stderr);
      const files = ['renewal.json', 'credential.json'].map((name) => readFileSync(join(dir, name), 'utf8'));
      door.open();
      assert.equal(await end, 1);
      assert.deepEqual(
        ['renewal.json', 'credential.json'].map((name) => readFileSync(join(dir, name), 'utf8')),
        files,
      );
    });
  });
});

describe('exec that was killed', () => {
  it("after its command had renewed leaves the last refresh token in the user's file", async () => {
    await at({}, async (platform: FakePlatform) => {
      const file = join(root, 'killed-after-child');
      await runCommand(['refresh', '--refresh-token-file', file], goodEnv(platform));
      const up = join(root, 'renewed');
      const script = `
        const { readFileSync, writeFileSync } = require('node:fs');
        const { renew: [program, ...args], value } = JSON.parse(readFileSync(process.env.MLFLOW_AUTH_CREDENTIAL_FILE, 'utf8'));
        const seen = require('node:crypto').createHash('sha256').update(value).digest('hex');
        const { status } = require('node:child_process').spawnSync(program, [...args, '--seen', seen]);
        writeFileSync(${JSON.stringify(up)}, String(status));
        setTimeout(() => {}, 3000);`;
      const args = [BUNDLE, 'exec', '--refresh-token-file', file, '--', process.execPath, '-e', script];
      const child = spawn(process.execPath, args, { env: { ...SYSTEM, ...goodEnv(platform) }, stdio: 'ignore' });
      await until(() => existsSync(up) && readFileSync(up, 'utf8') !== '', child);
      assert.equal(readFileSync(up, 'utf8'), '0');
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const { MLFLOW_PASSWORD: _, ...env } = goodEnv(platform);
      const { status, stderr } = await runCommand(['refresh', '--refresh-token-file', file], env);
      assert.equal(status, 0, stderr);
      assert.equal(grants(platform), 3);
    });
  });
});
