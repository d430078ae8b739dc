// The fault table as a suite of tests under one runtime.

import { describe, it } from 'node:test';
import type { Case } from './case.js';
import { check, type Runtime } from './run-case.js';

/** Most of the time most cases wait. */
const CONCURRENCY = 6;

/** Declares a test for each case, and one that prints their number. */
export function faultSuite(table: Case[], runtime: Runtime): void {
  const cases = table
    .filter(({ preload }) => !preload || runtime.preload)
    .map((one) => ({ ...one, ...runtime.differs?.(one) }));
  describe(`faults under ${runtime.name}`, { concurrency: CONCURRENCY }, () => {
    for (const one of cases) it(`${one.name} ends in ${one.end}`, () => check(one, runtime));
  });
  it(`the fault table under ${runtime.name}`, (t) =>
    t.diagnostic(`faults: ${cases.length} cases under ${runtime.name}`));
}
