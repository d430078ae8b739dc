// Text that is made fit to be printed: long lines end early, and keep what they mean.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYMPTOMS } from '../../../src/errors/symptoms/all.js';
import { shortened } from '../../../src/util/text.js';

describe('a long line', () => {
  it('ends early, but not what it means', () => {
    assert.equal(
      shortened(`a\n${'x'.repeat(1001)} (what it means)\nb`),
      `a\n${'x'.repeat(1000)}... (what it means)\nb`,
    );
    assert.equal(shortened('x'.repeat(1000)), 'x'.repeat(1000));
  });

  it('keeps the meaning of every symptom', () => {
    for (const { meaning } of SYMPTOMS)
      assert.ok(shortened(`${'x'.repeat(2000)} (${meaning})`).endsWith(`... (${meaning})`), meaning);
  });
});
