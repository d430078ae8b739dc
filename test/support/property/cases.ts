// How many cases each property gets: 200 in `npm test`, 10,000 in the long run, `npm run test:fuzz`.

import fc from 'fast-check';

/** Cases of each property. */
export const RUNS = Number(process.env.FUZZ_RUNS ?? 200);

/** Values that one process of a reader is given at once; each counts as a case. */
const BATCH = Math.min(200, RUNS);

/** Tries a property. A failure tells the seed and the path with which fast-check repeats it, and the smallest case. */
export async function check<T>(property: fc.IRawProperty<T>, examples: T[] = []): Promise<void> {
  await fc.assert(property, { numRuns: RUNS, examples });
}

/** Tries a property of many values at once, so often that each value is a case. */
export async function checkBatches<T>(one: fc.Arbitrary<T>, predicate: (values: T[]) => void | Promise<void>) {
  const batch = fc.array(one, { minLength: BATCH, maxLength: BATCH });
  await fc.assert(
    fc.asyncProperty(batch, async (values) => predicate(values)),
    { numRuns: Math.ceil(RUNS / BATCH) },
  );
}
