// A server that points elsewhere, by a redirect or in a redirect_url: nothing is ever sent there, a credential least of all.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import { type Canned, type Endpoint, USUAL } from '../support/fake/switches.js';
import { goodEnv, goodInputs, runAction, runCommand, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

const evil = await startPlatform({ host: '127.0.0.1' });
after(() => evil.close());

const SHARED: Endpoint[] = ['authorize', 'pubkey', 'login', 'userinfo', 'workspace'];
const STEPS = {
  token: [...SHARED, 'token'],
  cookie: [...SHARED, 'start', 'root', 'callback'],
} satisfies Record<string, Endpoint[]>;

/** Runs a command at a platform, and proves that the other server heard nothing of it. */
async function run(args: string[], options: StartOptions) {
  const platform = await startPlatform(options);
  const outcome = await runCommand(args, goodEnv(platform));
  await platform.close();
  assert.deepEqual([evil.connections(), evil.asked], [0, []]);
  return { ...outcome, platform };
}

describe('a redirect to another server', () => {
  for (const [method, endpoints] of Object.entries(STEPS)) {
    for (const endpoint of sampled(endpoints)) {
      it(`at ${endpoint} of the ${method} method is not followed`, async () => {
        for (const status of [302, 307]) {
          const answer: Canned = { status, headers: { location: `${evil.address}/dex/token?code=stolen` } };
          // oauth2-proxy has two entrances, of which the second is tried when the first is closed.
          const entrance = endpoint === 'root' ? { start: { status: 404 } } : endpoint === 'start' && { root: answer };
          const canned = { ...entrance, [endpoint]: answer };
          const { status: code, stdout, platform } = await run([method], { canned });
          assert.equal(code, 1);
          assert.equal(stdout, '');
          assert.ok(timesAsked(platform, 'POST login') <= 1);
        }
      });
    }
  }

  it('leaves nothing exported by the action', async () => {
    const answer = { status: 307, headers: { location: `${evil.address}/` } };
    const platform = await startPlatform({ canned: { userinfo: answer } });
    const { status, files } = await runAction(goodInputs(platform));
    await platform.close();
    assert.equal(status, 1);
    assert.deepEqual([files.GITHUB_ENV, files.GITHUB_OUTPUT], ['', '']);
    assert.deepEqual([evil.connections(), evil.asked], [0, []]);
  });
});

describe('an address of another server', () => {
  it('in redirect_url gets no code: only the code and the state are taken from it', async () => {
    const { status, stdout } = await run(['token'], { sendsTo: evil.address });
    assert.equal(status, 0);
    assert.match(stdout, /^ey/);
    assert.equal((await run(['cookie'], { sendsTo: evil.address })).status, 0);
  });

  it('in redirect_url with the state of another login ends the run', async () => {
    const { status, stdout, platform } = await run(['token'], { sendsTo: evil.address, state: 'forged' });
    assert.deepEqual([status, stdout, timesAsked(platform, 'POST login')], [1, '', 1]);
  });

  it('as the redirect URI of oauth2-proxy gets neither code nor cookie', async () => {
    const { status } = await run(['cookie'], { publicAddress: evil.address });
    // The login API knows no such redirect URI.
    assert.equal(status, 1);
    const uri = `${evil.address}/clusters/c1/mlflow/oauth2/callback`;
    const options = { publicAddress: evil.address, redirectUris: [...USUAL.redirectUris, uri] };
    const outcome = await run(['cookie'], options);
    assert.equal(outcome.status, 1);
    assert.match(outcome.stderr, /an authorization request with the redirect URI/);
    assert.equal(timesAsked(outcome.platform, 'POST login'), 0);
  });

  it('as the login page of oauth2-proxy gets no login', async () => {
    const { status } = await run(['cookie'], { issuer: evil.address });
    assert.equal(status, 0);
  });

  it('as the issuer of the token is asked nothing, and refused', async () => {
    const { status } = await run(['token'], { claims: { iss: `${evil.address}/dex` } });
    assert.equal(status, 1);
  });
});
