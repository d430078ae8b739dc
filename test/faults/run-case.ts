// Runs one case of the fault table under a runtime, and holds what is left of the run against the table.

import assert from 'node:assert/strict';
import { markOf } from '../../src/errors/explain.js';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { testAuthority } from '../support/fake/certificates.js';
import { ciJwt, gitHubVariables } from '../support/fake/ci.js';
import { makePlatform } from '../support/fake/platform.js';
import { issuerAt, PROVIDER_CLIENT } from '../support/fake/provider.js';
import type { Endpoint } from '../support/fake/switches.js';
import { assertNoSecret, secretsOf } from '../support/leaks.js';
import { goodInputs, type Outcome } from '../support/program.js';
import type { Case } from './case.js';
import { startFront } from './front.js';
import { LOOKED_UP, preloadEnv } from './names.js';
import { stranger } from './redirects.js';
import { type Row, SUCCESS } from './requests.js';

/** Seconds of the whole login, where the fault makes it wait and where it does not. */
const [SHORT, LONG] = [3, 20];
/** What a POST goes to. */
const POSTS: Endpoint[] = ['login', 'token', 'provider-token'];
/** Milliseconds after which a program hangs. */
export const LIMIT = 30_000;

/** How a runtime tells an end, and what a login hands over. */
export interface Runtime {
  name: string;
  /** It can be given names that fail and hang. */
  preload?: boolean;
  /** What is different here for reasons that are not ours. */
  differs?: (one: Case) => Partial<Case>;
  /** It sends a GET once more where a connection that was used before breaks, as RFC 9110, 9.2.2 lets it. */
  repeatsGet?: boolean;
  /** Runs the program with these inputs of the action. */
  run: (inputs: Record<string, string>, env: Record<string, string>) => Promise<Partial<Outcome>>;
  /** Fails unless the failure was told as this row of the table of symptoms, and no credential was handed over. @returns the rest */
  assertFailed: (outcome: Partial<Outcome>, end: SymptomId) => Partial<Outcome>;
  /** Fails unless a whole credential was handed over. @returns the rest, which must not hold it */
  assertDone: (outcome: Partial<Outcome>) => Partial<Outcome>;
}

/**
 * Runs a case; again, and with more time, where a slow machine did not get as far as the fault, or sent the request over a
 * connection of before whose end it had not noticed.
 * @throws AssertionError
 */
export async function check(one: Case, runtime: Runtime): Promise<void> {
  for (const seconds of one.waits ? [SHORT, 2 * SHORT, 4 * SHORT, LONG] : [LONG, LONG, LONG])
    if (await attempt(one, runtime, seconds)) return;
  assert.fail('the fault did not strike');
}

/** Those of a job without a secret. */
function keylessInputs(target: Parameters<typeof goodInputs>[0], gitHub: boolean | undefined): Record<string, string> {
  const { username: _, password: __, 'client-secret': ___, ...others } = goodInputs(target);
  const job = { ...others, 'client-id': 'mlflow-ci', connector: 'github-actions' };
  return gitHub ? job : { ...job, 'id-token': ciJwt(target.address) };
}

/** Those of a client at an OpenID provider. */
function providerInputs(target: Parameters<typeof goodInputs>[0], named: boolean | undefined): Record<string, string> {
  const { username: _, password: __, ...others } = goodInputs(target);
  const inputs = { ...others, 'client-id': PROVIDER_CLIENT, login: 'client-credentials' };
  return named ? { ...inputs, issuer: issuerAt(target.address) } : inputs;
}

/** The inputs of a row's login. */
function inputsOf({ method, gitHub, issuer }: Row, target: Parameters<typeof goodInputs>[0]): Record<string, string> {
  if (method === 'keyless') return keylessInputs(target, gitHub);
  if (method === 'basic') return { ...goodInputs(target), login: 'basic' };
  return method === 'provider' ? providerInputs(target, issuer) : { ...goodInputs(target), method };
}

/** @returns whether the fault struck; if not, nothing else counts */
async function attempt(one: Case, runtime: Runtime, timeout: number): Promise<boolean> {
  const { row, fault, end, logins, times = Infinity, most, plain = false } = one;
  const { endpoints, after } = row;
  const platform = makePlatform(row.platform);
  const front = await startFront(platform, { fault, endpoints, after, times, plain });
  try {
    // This machine itself is reached without a look-up of its name.
    const address = one.preload ? front.address.replace('localhost', LOOKED_UP) : front.address;
    const target = { address, ca: testAuthority().cert };
    const inputs = {
      ...inputsOf(row, target),
      timeout: String(timeout),
      ...row.inputs,
      ...one.inputs,
    };
    const env = row.gitHub ? gitHubVariables(address) : {};
    const outcome = await runtime.run(inputs, { ...env, ...(one.preload ? preloadEnv(front.port) : {}) });
    const output = `${outcome.stdout}${outcome.stderr}`;
    assert.notEqual(outcome.status, null, `did not end: ${output}`);
    if (front.fired() === 0) return false;
    const or = one.or && output.includes(markOf(one.or)) ? one.or : end;
    const rest = or === SUCCESS ? runtime.assertDone(outcome) : runtime.assertFailed(outcome, or);
    assert.equal(front.posts(), logins, `posts of the password: ${output}`);
    const each = runtime.repeatsGet && !POSTS.some((one) => endpoints.includes(one)) ? 2 : 1;
    const tries = row.tries + (row.limited && /^429/.test(fault.name) ? 1 : 0);
    if (fault.answer) assert.ok(front.fired() <= tries * each, `sent ${front.fired()} times: ${output}`);
    assert.equal(stranger.visits, 0, 'a redirect was followed');
    assertNoSecret(rest, [...secretsOf(platform, inputs), ...front.issued]);
    await front.close();
    if (most) assert.ok(front.sent() < most * row.tries, `the server got rid of ${front.sent()} bytes`);
    return true;
  } finally {
    await front.close();
  }
}
