// For the tests of refresh, renewal and exec: a platform for each test, a place for files, and what was asked for.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type FakePlatform, type StartOptions, startPlatform } from '../fake/platform.js';

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
