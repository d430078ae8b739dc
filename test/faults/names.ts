// Names that do not resolve, at once or ever.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, caseOf } from './case.js';
import type { Line } from './front.js';
import { ROWS } from './requests.js';

/** The file by which a run at this port is told that names go wrong. */
const fileOf = (port: number): string => join(tmpdir(), `mlflow-auth-names-${process.pid}-${port}`);

/** A name of this machine that the preload resolves, until it goes wrong. */
export const LOOKED_UP = 'platform.test';

/** Has the names of one run looked up by a preload of ours. Node alone has such a thing. */
export const preloadEnv = (port: number): Record<string, string> => ({
  NODE_OPTIONS: `--import=${new URL('./preload.js', import.meta.url).href}`,
  FAULT_FILE: fileOf(port),
  FAULT_HOST: LOOKED_UP,
});

const names = (says: 'fail' | 'hang') => (line: Line) => {
  const file = fileOf(line.port);
  const struck = `${file}.struck`;
  writeFileSync(file, says);
  line.proof(() => existsSync(struck));
  line.later(() => {
    for (const path of [file, struck]) rmSync(path, { force: true });
  });
};

/**
 * A name under .invalid, asked of the machine's own resolver, where an address of its own can be given; and every
 * request with names that begin to fail or to hang in the middle of a run.
 * A resolver that hangs cannot be had on loopback without rights over the machine, so under Deno that is left out.
 */
export function nameCases(): Case[] {
  const unknown = { name: 'name that does not resolve', connection: (line: Line) => line.fire() };
  const elsewhere = { cluster: '', 'tracking-uri': 'https://mlflow.invalid/clusters/c1/mlflow' };
  const real = ROWS.flatMap((row) => {
    if (row.method === 'token' && row.name === 'authorize')
      return caseOf(row, unknown, 'dns', { inputs: { 'platform-address': 'https://platform.invalid' } });
    const first = row.method === 'token' ? row.name === 'userinfo' : row.name === 'start';
    return first ? caseOf(row, unknown, 'dns', { inputs: elsewhere }) : [];
  });
  const later = ROWS.filter(({ twin }) => !twin).flatMap((row) => {
    const more = { preload: true, ...(row.password ? { logins: 0 } : {}) };
    const fails = { name: 'name that no longer resolves', connection: names('fail') };
    const hangs = { name: 'hang in DNS', connection: names('hang') };
    return [
      caseOf(row, fails, row.always ?? 'dns', more),
      caseOf(row, hangs, row.always ?? 'timeout', { ...more, waits: true }),
    ];
  });
  return [...real, ...later];
}
