// Whether only a sample of the cases is wanted, the same each time: `npm test` sets this, by scripts/test.ts.

export const SAMPLE = process.env.TEST_SAMPLE === 'true';

/** Cases of a table to go on by from one of its sample to the next. */
const STEP = 4;

/** The cases to declare tests for: all of them, or every fourth, beginning with the first. */
export function sampled<Case>(cases: readonly Case[]): readonly Case[] {
  return SAMPLE ? cases.filter((_, index) => index % STEP === 0) : cases;
}
