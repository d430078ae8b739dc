// What a program meets whose credential has expired: with the auth provider, without it, and with one that is renewed.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENTS } from '../support/clients.js';
import { pythonWithMlflow } from '../support/installed.js';
import { BUNDLE, runCommand, runProgram } from '../support/program.js';
import { quiet } from './run-python.js';
import { type Stack, startStack } from './stack.js';

/** Seconds that a token lives, and that programs wait. */
const LIFE = 20;
const WAIT = LIFE + 2;
/** Of 2, and of 3 without and with workspaces. */
const VERSIONS = ['2.22.5', '3.1.4', '3.17.2'];
const NEWEST = '3.17.2';

const python = (version: string) =>
  pythonWithMlflow(version, CLIENTS.find((client) => client.version === version)?.pins);

/** What each kind of request ended with: the error, or null. */
type Results = Record<'log_metric' | 'log_artifact' | 'upload' | 'search', string | null>;
const SUCCESS: Results = { log_metric: null, log_artifact: null, upload: null, search: null };

let stack: Stack;
let run: string[];
/** By version. */
let renewed: Map<string, Promise<Results>>;
let provider: Record<string, string>;
let token: Record<string, string>;

before(async () => {
  stack = await startStack({ c1: {} }, { idTokens: `${LIFE}s`, defaultWorkspace: true });
  // One after another, before tests take the machine.
  for (const version of VERSIONS) await python(version);
  run = JSON.parse(await inExec(NEWEST, ['create_run.py']));
  provider = await handedOver(['--dir', join(stack.folder, 'sdk')]);
  token = await handedOver([]);
  renewed = new Map(
    VERSIONS.map((version) => [version, inExec(version, attempts(`renewed-${version}`, WAIT)).then(JSON.parse)]),
  );
  await sleep(WAIT * 1000);
});
after(async () => {
  await Promise.allSettled(renewed?.values() ?? []);
  await stack?.stop();
});

async function handedOver(flags: string[]): Promise<Record<string, string>> {
  const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', ...flags], stack.env);
  assert.equal(status, 0, stderr);
  return { ...JSON.parse(stdout), ...quiet(stack) };
}

const attempts = (name: string, seconds = 0) => ['after_expiry.py', ...run, name, String(seconds)];

/** @returns what the script prints behind a name */
async function outputOf(command: string, args: string[], env: Record<string, string>): Promise<string> {
  const { status, stdout, stderr } = await runProgram(command, args, env);
  assert.equal(status, 0, stderr);
  return /^(?:run|results|stored): (.*)$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
}

/** Runs a script with a version of the SDK in `exec`, which renews the token. */
async function inExec(version: string, [script = '', ...args]: string[]): Promise<string> {
  const command = [await python(version), `test/stack/python/${script}`, ...args];
  return outputOf(process.execPath, [BUNDLE, 'exec', '--', ...command], { ...stack.env, ...quiet(stack) });
}

async function afterExpiry(version: string, name: string, env: Record<string, string>): Promise<Results> {
  const [script = '', ...args] = attempts(name);
  return JSON.parse(await outputOf(await python(version), [`test/stack/python/${script}`, ...args], env));
}

describe('a token that has expired', () => {
  for (const version of VERSIONS) {
    it(`makes each request of ${version} fail with what to do, with the auth provider`, async () => {
      const results = await afterExpiry(version, `provider-${version}`, provider);
      assert.deepEqual(Object.keys(results), Object.keys(SUCCESS));
      for (const [kind, error] of Object.entries(results))
        assert.match(
          error ?? '',
          /the token for https:\/\/localhost:\d+\/clusters\/c1\/mlflow expired at \S+Z\. Log in again\./,
          kind,
        );
    });

    it(`makes an upload of ${version} look like a success without the auth provider, and the rest fail`, async () => {
      const { upload, ...results } = await afterExpiry(version, `token-${version}`, token);
      assert.equal(upload, null);
      // The login page, where JSON was expected.
      for (const [kind, error] of Object.entries(results))
        assert.match(error ?? '', /<!DOCTYPE html>|Invalid JSON returned/i, kind);
    });

    it(`is replaced in exec, and ${version} goes on`, async () => {
      assert.deepEqual(await renewed.get(version), SUCCESS);
    });
  }

  it('stores nothing, whatever looked like a success', async () => {
    const names = VERSIONS.map((version) => `renewed-${version}`);
    const expected = [...names, ...names, ...names.map((name) => `uploaded/${name}`)].sort();
    assert.deepEqual(JSON.parse(await inExec(NEWEST, ['stored.py', run[0] ?? ''])), expected);
  });
});
