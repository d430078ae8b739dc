// A token as large as that of an account in many groups: MLflow's own server refuses some requests that carry one.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import type { Canned } from '../support/fake/switches.js';
import { goodEnv, runCommand } from '../support/program.js';

const groupsOf = (count: number) => Array.from({ length: count }, (_, index) => `group-${index}-`.padEnd(32, 'x'));
const MANY = { claims: { groups: groupsOf(300) } };
const REFUSAL: Canned = { status: 400, body: 'Invalid HTTP request received.' };

/** Answers the request of that number, and none else, as MLflow's server does where the headers arrive in pieces. */
function refusesThe(number: number): StartOptions['echo'] {
  let asked = 0;
  return (endpoint) => (endpoint === 'workspace' && ++asked === number ? REFUSAL : undefined);
}

describe('a large token', () => {
  const cases: [name: string, options: StartOptions, warned: boolean, requests: number, fails: boolean][] = [
    ['passes with a warning, proven by several requests', MANY, true, 5, false],
    ...[1, 2, 5].map((number): (typeof cases)[number] => [
      `fails at the login where MLflow refuses request ${number}`,
      { ...MANY, echo: refusesThe(number) },
      true,
      number,
      true,
    ]),
    ['is none with a few groups', { claims: { groups: groupsOf(20) } }, false, 1, false],
  ];
  for (const [name, options, warned, requests, fails] of cases) {
    it(name, async () => {
      const platform = await startPlatform(options);
      try {
        const { status, stdout, stderr } = await runCommand(['token'], goodEnv(platform));
        assert.deepEqual([status, stdout === ''], fails ? [1, true] : [0, false], stderr);
        const warning =
          /^! the token has 1\d\.\d kB, mostly because of the 2 groups of the account\. .*"openid email"/m;
        assert.equal(warning.test(stderr), warned, stderr);
        if (fails) assert.match(stderr, /headers of this size, and the token is one of them/);
        assert.equal(platform.asked.filter(({ endpoint }) => endpoint === 'GET workspace').length, requests);
      } finally {
        await platform.close();
      }
    });
  }
});
