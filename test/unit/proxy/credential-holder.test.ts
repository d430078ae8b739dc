// The credential in memory: one renewal for all, none after a refusal, and another try where a server was not reached.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthError } from '../../../src/errors/errors.js';
import type { Credential } from '../../../src/login/credential.js';
import { holdCredential } from '../../../src/proxy/credential-holder.js';

const credential = (cookie: string, life?: number): Credential => ({
  ...{ method: 'cookie', cookie, identity: '', expiresAt: undefined },
  ...(life === undefined ? {} : { life }),
});
const unreached = () => new AuthError({ request: 'token', tried: { what: 'x' }, broken: { text: 'ECONNREFUSED' } });

describe('the holder of a credential', () => {
  it('renews a rejected one once, however many ask, and not for an older one', async () => {
    const first = credential('a=1');
    let renewals = 0;
    const holder = holdCredential(first, async () => credential(`a=${++renewals + 1}`), assert.fail);
    const got = await Promise.all(Array.from({ length: 5 }, () => holder.replace(first)));
    assert.equal(renewals, 1);
    assert.ok(got.every((one) => one === got[0]));
    assert.equal(await holder.replace(first), got[0]);
    assert.deepEqual([holder.renewals(), holder.isGood()], [1, true]);
    holder.stop();
  });

  it('asks no more for a while after a refusal, and at once where a server was not reached', async () => {
    const first = credential('a=1');
    for (const [error, expected] of [
      [new Error('refused'), 1],
      [unreached(), 3],
    ] as const) {
      let tries = 0;
      const renew = async () => {
        tries++;
        throw error;
      };
      const holder = holdCredential(first, renew, assert.fail);
      for (let time = 0; time < 3; time++) await assert.rejects(holder.replace(first), error);
      assert.equal(tries, expected);
      assert.equal(holder.isGood(), expected !== 1);
      holder.stop();
    }
  });

  it('renews one that has expired before it is used, and ahead of that says once what fails', async () => {
    const told: string[] = [];
    let broken = true;
    const renew = async () => {
      if (broken) throw unreached();
      return credential('a=2');
    };
    const holder = holdCredential(credential('a=1', 0.01), renew, (text) => told.push(text));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(holder.current(), undefined);
    await assert.rejects(holder.renewed());
    broken = false;
    assert.deepEqual([await holder.renewed(), holder.current()], Array(2).fill(credential('a=2')));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /^renewal failed: /);
    holder.stop();
  });
});
