// When the token endpoint is polled (RFC 8628, 3.5), on a clock that the test turns.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthError } from '../../../../src/errors/errors.js';
import { poll } from '../../../../src/login/people/poll.js';

const refused = (code: string) =>
  new AuthError({ request: 'poll', tried: { what: 'poll' }, answer: { status: 400, kind: 'json', code } });

/** Answers one after the other, the last one for ever. @returns when each poll came, in seconds, and what came of it */
async function polls(life: { interval: number; expiresIn: number }, ...answers: string[]) {
  let now = 1000;
  const at: number[] = [];
  const ask = async () => {
    at.push(now - 1000);
    const answer = answers[Math.min(at.length, answers.length) - 1] ?? '';
    if (answer === 'broken') throw new TypeError('a fault of the program');
    if (answer !== 'tokens') throw refused(answer);
    return answer;
  };
  const time = {
    now: () => now,
    wait: async (seconds: number) => {
      now += seconds;
    },
  };
  const end = await poll(life, ask, time).catch((error) => error);
  return { at, end };
}

describe('a poll of the device flow', () => {
  it('comes after the interval each time, the first one too, until there are tokens', async () => {
    const { at, end } = await polls(
      { interval: 5, expiresIn: 300 },
      'authorization_pending',
      'authorization_pending',
      'tokens',
    );
    assert.deepEqual([at, end], [[5, 10, 15], 'tokens']);
  });

  for (const [interval, at] of [
    [0.001, [1, 2, 3]],
    [Number.MIN_VALUE, [1, 2, 3]],
    [1.5, [1.5, 3, 4.5]],
    [60, [60, 120, 180]],
    [1e300, [60, 120, 180]],
  ] as const)
    it(`comes at ${at.join(', ')} s where the server names ${interval} s`, async () => {
      const answers = ['authorization_pending', 'authorization_pending', 'tokens'];
      assert.deepEqual((await polls({ interval, expiresIn: 300 }, ...answers)).at, at);
    });

  it('comes 5 s later after each slow_down, and never faster again', async () => {
    const { at } = await polls(
      { interval: 1, expiresIn: 300 },
      ...['slow_down', 'authorization_pending', 'slow_down', 'authorization_pending', 'tokens'],
    );
    assert.deepEqual(at, [1, 7, 13, 24, 35]);
  });

  it('comes no more after the code has expired, however often the server says "pending"', async () => {
    const { at, end } = await polls({ interval: 5, expiresIn: 21 }, 'authorization_pending');
    assert.deepEqual([at, end], [[5, 10, 15, 20], undefined]);
  });

  it('does not come at all where the code expires before', async () => {
    const { at, end } = await polls({ interval: 5, expiresIn: 5 }, 'tokens');
    assert.deepEqual([at, end], [[], undefined]);
  });

  for (const code of ['access_denied', 'expired_token', 'invalid_client', 'SLOW_DOWN', ''])
    it(`ends with "${code}"`, async () => {
      const { at, end } = await polls({ interval: 5, expiresIn: 300 }, code);
      assert.deepEqual(at, [5]);
      assert.ok(end instanceof AuthError);
    });

  it('ends with what is no answer', async () =>
    assert.ok((await polls({ interval: 5, expiresIn: 300 }, 'broken')).end instanceof TypeError));
});
