// The time that one request may take of the whole login's.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { requestTime } from '../../../src/login/session.js';

it('one request may take all of a short time, 15 seconds of a usual one, and a quarter of a long one', () => {
  const times = [1, 15, 20, 60, 120, 3600].map((whole) => [whole, requestTime(whole)]);
  assert.deepEqual(times, [
    [1, 1],
    [15, 15],
    [20, 15],
    [60, 15],
    [120, 30],
    [3600, 900],
  ]);
});
