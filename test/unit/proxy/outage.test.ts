// How long requests are held while the server is away.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LONGEST_HOLD, watchOutage } from '../../../src/proxy/outage.js';

describe('an outage', () => {
  it('is waited for below the limit of one request, and not once it is long', () => {
    let now = 1000;
    const outage = watchOutage(() => now);
    outage.failed();
    assert.ok(outage.isWorthWaiting(1000) && !outage.isLong());
    now += LONGEST_HOLD;
    assert.ok(!outage.isWorthWaiting(1000) && outage.isWorthWaiting(now));
    now += 141_000;
    assert.ok(outage.isLong() && !outage.isWorthWaiting(now));
    outage.over();
    assert.ok(!outage.isLong());
  });

  it('that only one request sees is none: others were answered since', () => {
    let now = 1000;
    const outage = watchOutage(() => now);
    outage.failed();
    outage.over();
    assert.ok(outage.isWorthWaiting(1000));
    now += 3000;
    outage.over();
    assert.ok(!outage.isWorthWaiting(1000));
  });
});
