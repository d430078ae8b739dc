// How many cases each property gets, and which: 200 in `npm run test:all`, a few that are always the same in `npm test`,
// 10,000 in `npm run test:fuzz`.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SAMPLE } from '../sample.js';

/** Cases of each property. */
export const RUNS = Number(process.env.FUZZ_RUNS ?? (SAMPLE ? 25 : 200));

/** The sample has the same cases each time. */
const seed = SAMPLE ? { seed: 20_250_101 } : {};

/** Values that one process of a reader is given at once; each counts as a case. */
const BATCH = Math.min(200, RUNS);

/** Each end of a property must be reached in this part of its cases at least. */
const FLOOR = 0.1;

/** Tries a property. A failure tells the seed and the path with which fast-check repeats it, and the smallest case. */
export async function check<T>(property: fc.IRawProperty<T>, examples: T[] = []): Promise<void> {
  await fc.assert(property, { numRuns: RUNS, examples, ...seed });
}

/**
 * Tries a property whose cases come to different ends, and fails where one of them is seldom reached: what is asserted
 * there would be tested by nothing.
 * @param ends all names that the predicate may return
 */
export async function checkEnds<T, E extends string>(
  one: fc.Arbitrary<T>,
  ends: readonly E[],
  predicate: (value: T) => E | Promise<E>,
  examples: T[] = [],
): Promise<void> {
  const reached = new Map<E, number>(ends.map((end) => [end, 0]));
  const property = fc.asyncProperty(one, async (value) => {
    const end = await predicate(value);
    reached.set(end, (reached.get(end) ?? 0) + 1);
  });
  await check(
    property,
    examples.map((one): [T] => [one]),
  );
  for (const [end, count] of reached)
    assert.ok(ends.includes(end) && count >= RUNS * FLOOR, `the end "${end}" was reached ${count} times in ${RUNS}`);
}

/** Tries a property of many values at once, so often that each value is a case. */
export async function checkBatches<T>(one: fc.Arbitrary<T>, predicate: (values: T[]) => void | Promise<void>) {
  const batch = fc.array(one, { minLength: BATCH, maxLength: BATCH });
  await fc.assert(
    fc.asyncProperty(batch, async (values) => predicate(values)),
    { numRuns: Math.ceil(RUNS / BATCH), ...seed },
  );
}
