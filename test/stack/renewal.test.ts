// Jobs longer than their credential on the real stack: eight SDK processes for 90 seconds with tokens of 40 and cookies of 50, nothing lost.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { losesNothing } from './loses-nothing.js';
import { type Stack, startStack } from './stack.js';

const SECONDS = 90;

let stack: Stack;
before(async () => {
  // Each new cookie is a password login, of which there are six in an hour.
  // Six logins in an hour are all that there are: with a renewal at half of its life they last for 175 s.
  const shortCookie = { cookie_expire: '50s', cookie_refresh: '0s', skip_jwt_bearer_tokens: false };
  stack = await startStack({ c1: {}, cookie: shortCookie }, { idTokens: '40s' });
});
after(() => stack?.stop());

/** Renewals, counted by the requests for tokens at Dex, that the edge saw during the work. */
async function renewalsDuring(work: () => Promise<unknown>): Promise<number> {
  const start = stack.grants.refresh + stack.grants.code;
  await work();
  return stack.grants.refresh + stack.grants.code - start;
}

describe('a job of 90 seconds with short-lived credentials', () => {
  it('loses nothing with a token, and logs in once', async () => {
    const codes = stack.grants.code;
    const renewals = await renewalsDuring(() => losesNothing(stack, stack.env, SECONDS));
    assert.ok(renewals - 2 >= 3, `${renewals} grants`);
    // One login to begin with, and one to count.
    assert.equal(stack.grants.code - codes, 2);
  });

  it('loses nothing with a cookie', async () => {
    const renewals = await renewalsDuring(() =>
      losesNothing(stack, { ...stack.env, CLUSTER: 'cookie', MLFLOW_AUTH_METHOD: 'cookie' }, SECONDS),
    );
    assert.ok(renewals - 2 >= 3, `${renewals} grants`);
  });

  it('loses nothing when Dex is restarted meanwhile, which takes its keys and refresh tokens away', async () => {
    const restart = async () => {
      await new Promise((resolve) => setTimeout(resolve, 45_000));
      await stack.restartDex();
    };
    // The workers find the credential rejected before exec renews it, and need the password for that.
    await losesNothing(stack, stack.env, SECONDS, restart, ['--keep-secrets']);
  });
});
