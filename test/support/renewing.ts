// For the tests of refresh, renewal and exec: a platform for each test, a place for files, and what was asked for.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakePlatform, type StartOptions, startPlatform } from './fake/platform.js';

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

/** Runs a test at a platform started for it. */
export async function at(switches: StartOptions, test: (platform: FakePlatform) => Promise<void>): Promise<void> {
  const platform = await startPlatform(switches);
  try {
    await test(platform);
  } finally {
    await platform.close();
  }
}

/** Waits until a program has used refresh tokens so often. @throws AssertionError when it ends before that */
export async function untilGrants(platform: FakePlatform, count: number, child: ChildProcess): Promise<void> {
  while (grants(platform) < count) {
    assert.equal(child.exitCode, null, 'it ended before it asked for anything');
    await sleep(20);
  }
}
