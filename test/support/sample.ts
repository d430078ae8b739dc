// Whether only a sample of the cases is wanted, the same each time: `npm test` sets this, by scripts/test.ts.

export const SAMPLE = process.env.TEST_SAMPLE === 'true';
