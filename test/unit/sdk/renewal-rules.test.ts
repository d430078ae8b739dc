// When a credential is renewed and how often: the rules alone, on clocks that the test sets.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lifeOf } from '../../../src/login/dex/claims.js';
import { renewAfter, requireLogin, secondsToWait, tooShort, withLogin } from '../../../src/sdk/renewal-rules.js';
import { type Moment, secondsBetween } from '../../../src/util/clock.js';

/** So many seconds after the start of the machine, while its wall clock says what it wants. */
const at = (seconds: number, wall = seconds * 1000, boot = 'boot'): Moment => ({ wall, uptime: { boot, seconds } });
const credential = (method: 'token' | 'cookie', life: number | undefined) =>
  ({ method, life, token: '', cookie: '', identity: '', expiresAt: undefined, refreshToken: undefined }) as never;

describe('a renewal', () => {
  it('is due half a life, or 1 to 10 minutes, before the end', () => {
    const dues = [2, 20, 60, 300, 1200, 86_400].map((life) => [life, renewAfter(life)]);
    assert.deepEqual(dues, [
      [2, 1],
      [20, 10],
      [60, 30],
      [300, 240],
      [1200, 1080],
      [86_400, 85_800],
    ]);
  });

  it('waits until 5 s have passed since the last one, whatever came of that', () => {
    for (const result of [undefined, 'renewed'] as const) {
      for (const reason of [undefined, 'due', 'rejected'] as const) {
        const last = { at: at(100), reason: 'due', result } as const;
        assert.deepEqual(
          [100, 101, 104.5, 105, 200].map((now) => secondsToWait({ last }, reason, at(now))),
          [5, 4, 0.5, 0, 0],
        );
      }
    }
    assert.equal(secondsToWait({}, 'rejected', at(0)), 0);
  });

  it('is not made for 30 s after one whose credential was rejected too', () => {
    const cases = [
      { last: { at: at(100), result: 'rejected' }, reasons: [undefined, 'due', 'rejected'] },
      { last: { at: at(100), reason: 'rejected', result: 'renewed' }, reasons: ['rejected'] },
    ] as const;
    for (const { last, reasons } of cases) {
      for (const reason of reasons) {
        for (const now of [100, 106, 129.9])
          assert.throws(
            () => secondsToWait({ last }, reason, at(now)),
            /rejected too; the next renewal is possible in \d+ s/,
          );
        assert.equal(secondsToWait({ last }, reason, at(130)), 0);
      }
    }
  });

  it('is made where the last one failed, or the credential that it brought is due', () => {
    assert.equal(secondsToWait({ last: { at: at(100), reason: 'rejected' } }, 'rejected', at(106)), 0);
    assert.equal(secondsToWait({ last: { at: at(100), reason: 'rejected', result: 'renewed' } }, 'due', at(110)), 0);
  });

  it('sends the password 6 times in an hour at most', () => {
    let logins: readonly Moment[] = [];
    for (let login = 0; login < 6; login++) {
      requireLogin({ logins }, at(login * 600));
      logins = withLogin({ logins }, at(login * 600));
    }
    for (const now of [3000, 3599]) assert.throws(() => requireLogin({ logins }, at(now)), /6 password logins/);
    assert.throws(() => requireLogin({ logins }, at(3060)), /possible in 9 min/);
    requireLogin({ logins }, at(3600));
    logins = withLogin({ logins }, at(3600));
    assert.throws(() => requireLogin({ logins }, at(3601)), /6 password logins/);
  });
});

describe('time', () => {
  it('is that of the machine, however the wall clock is set meanwhile', () => {
    for (const wall of [0, 1e15, -1e15]) assert.equal(secondsBetween(at(100), at(107, wall)), 7);
  });

  it('is that of the wall clock between machines and starts of one, and never negative', () => {
    for (const later of [at(1, 107_000, 'other'), at(1, 107_000), { wall: 107_000, uptime: undefined }, at(1, 93_000)])
      assert.equal(secondsBetween(at(100), later), 7);
  });

  it('of a life is what the token says of itself, whatever the time is', () => {
    const lives = [
      [{ iat: 1000, exp: 1060 }, 60],
      [{ iat: 4e9, exp: 4e9 + 20 }, 20],
      [{ iat: -20, exp: 0 }, 20],
      [{ iat: 1.5, exp: 2 }, 0.5],
    ] as const;
    for (const [claims, life] of lives) assert.equal(lifeOf(claims), life);
    const none = [{}, { exp: 60 }, { iat: 0 }, { iat: '0', exp: 60 }, { iat: 60, exp: 60 }, { iat: 61, exp: 60 }];
    for (const claims of [...none, { iat: 0, exp: 1e300 }, { iat: -1e300, exp: 0 }])
      assert.equal(lifeOf(claims), undefined);
  });
});

describe('a login', () => {
  it('warns of a life that renewals cannot keep up with', () => {
    assert.match(tooShort(credential('token', 3)) ?? '', /token expires 3 s after .* renewed every 5 s at most/);
    assert.match(tooShort(credential('cookie', 1)) ?? '', /session cookie expires 1 s after/);
    assert.match(tooShort(credential('cookie', 60)) ?? '', /it can be kept valid for about 3 min/);
    for (const [method, life] of [
      ['token', 20],
      ['token', undefined],
      ['cookie', 900],
      ['cookie', 86_400],
    ] as const)
      assert.equal(tooShort(credential(method, life)), undefined);
  });
});
