// The fault table as a suite of tests under one runtime.

import { describe, it } from 'node:test';
import { SAMPLE } from '../support/sample.js';
import type { Case } from './case.js';
import { sampleOf } from './fault-table.js';
import { check, type Runtime } from './run-case.js';

/** Most of the time most cases wait. */
const CONCURRENCY = 6;

/** Declares a test for each case, or for each of the sample. */
export function faultSuite(table: Case[], runtime: Runtime): void {
  const cases = (SAMPLE ? sampleOf(table) : table)
    .filter(({ preload }) => !preload || runtime.preload)
    .map((one) => ({ ...one, ...runtime.differs?.(one) }));
  describe(`${cases.length} faults under ${runtime.name}`, { concurrency: CONCURRENCY }, () => {
    for (const one of cases) it(`${one.name} ends in ${one.end}`, () => check(one, runtime));
  });
}
