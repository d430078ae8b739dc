// For the tests of refresh, renewal and exec: a platform for each test, a place for files, and what was asked for.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../../src/login/credential.js';
import type { FakePlatform } from './fake/platform.js';
import { atPlatform, goodEnv, runCommand, runProgram } from './program.js';

/** A folder that is gone after the tests. */
export const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-renewal-'));
after(() => rmSync(root, { recursive: true, force: true }));

export const SYSTEM = { PATH: process.env.PATH ?? '' };

/** Runs a program as if the disk were full: no file may grow beyond 0 bytes. Windows has no such thing. */
export const FULL_DISK = ['-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh'];

/** How often a refresh token was used. */
export const grants = (platform: FakePlatform) =>
  platform.asked.filter(
    ({ endpoint, request }) => endpoint === 'POST token' && request.body.includes('grant_type=refresh_token'),
  ).length;

export const at = atPlatform<void>;

/** Waits until a program has used refresh tokens so often. @throws AssertionError when it ends before that */
export async function untilGrants(platform: FakePlatform, count: number, child: ChildProcess): Promise<void> {
  while (grants(platform) < count) {
    assert.equal(child.exitCode, null, 'it ended before it asked for anything');
    await sleep(20);
  }
}

/** Logs in with `env --dir --renew`, and returns the folder. */
export async function folderOf(platform: FakePlatform, env = goodEnv(platform)): Promise<string> {
  const dir = mkdtempSync(join(root, 'sdk-'));
  const { status, stderr } = await runCommand(['env', '--dir', dir, '--renew'], env);
  assert.equal(status, 0, stderr);
  return dir;
}

export const credentialIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'credential.json'), 'utf8'));

/** Runs the command that the login left for the provider. */
export function renewIn(dir: string, env: Record<string, string> = {}, seen = fingerprint(credentialIn(dir).value)) {
  const [program = '', ...args] = credentialIn(dir).renew;
  return runProgram(program, [...args, '--seen', seen], { ...SYSTEM, ...env });
}
