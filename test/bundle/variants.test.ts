// Every variant of a platform that is known to exist, through the built program: it works, with one login.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import { differences, TOKEN_LOG } from '../support/log.js';
import { goodEnv, runCommand, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

interface Case {
  platform: StartOptions;
  flags?: string[];
  /** Logins that may be seen; 1 unless said otherwise. */
  logins?: number;
  /** Lines of the log beyond the usual ones, and usual ones that are not there. */
  log?: { more: string[]; missing: string[] };
}

const USUAL = { more: [], missing: [] };
/** With another connector. */
const through = (connector: string) => ({
  more: [`✓ logged in as ci@example.com (connector ${connector}) (N ms)`],
  missing: ['✓ logged in as ci@example.com (connector local) (N ms)'],
});

const CASES: Record<string, Case> = {
  'ts as a string': { platform: { ts: 'string' } },
  'ts as a number': { platform: { ts: 'number' } },
  'ts as a number beyond 2^53': { platform: { ts: 'nanoseconds' } },
  'key as SPKI PEM': { platform: { keyForm: 'spki' } },
  'key as PKCS#1 PEM': { platform: { keyForm: 'pkcs1' } },
  'key as bare SPKI': { platform: { keyForm: 'bare-spki' } },
  'key as bare PKCS#1': { platform: { keyForm: 'bare-pkcs1' } },
  'key in one line': { platform: { keyForm: 'one-line' } },
  'key in pubkey_encode alone': { platform: { keyForm: 'encoded-only' } },
  'key of 4096 bits': { platform: { keyBits: 4096 } },
  'no key, base64 allowed by name': {
    platform: { canned: { pubkey: { status: 404 } } },
    flags: ['--allow-base64-password'],
  },
  'answer in the fragment': { platform: { answerIn: 'fragment' } },
  'answer as a relative redirect_url': { platform: { answerIn: 'relative' } },
  'an LDAP connector': { platform: {}, flags: ['--connector', 'corp-ldap'], log: through('corp-ldap') },
  'a connector with a name to be encoded': {
    platform: { connectors: [{ id: 'a b/c', type: 'ldap' }] },
    flags: ['--connector', 'a b/c'],
    log: through('a b/c'),
  },
  'another redirect URI': {
    platform: { redirectUris: ['https://other.test/cb?x=1'] },
    flags: ['--redirect-uri', 'https://other.test/cb?x=1'],
  },
  'a platform that knows itself by another address': { platform: { issuer: 'https://primary.test' } },
  'audience as a list': { platform: { claims: { aud: ['alauda-auth', 'other'], azp: 'alauda-auth' } } },
  'a code that is stale at first': {
    platform: {
      canned: {
        token: {
          status: 400,
          body: { error: 'invalid_grant', error_description: 'Invalid or expired code parameter.' },
          times: 1,
        },
      },
    },
    logins: 2,
    log: {
      more: [
        '✗ code exchanged for a token (N ms)',
        '- 400 invalid_grant: Invalid or expired code parameter.: logging in again from the start',
        ...TOKEN_LOG.slice(1, 4),
      ].sort(),
      missing: [],
    },
  },
  'a gateway that is busy before the login': {
    platform: { canned: { pubkey: { status: 502, headers: { 'retry-after': '0' }, times: 2 } } },
    log: {
      more: [2, 3].map(
        (time) => `- request the public key (GET https://localhost:PORT/dex/pubkey): 502, trying again (${time} of 3)`,
      ),
      missing: [],
    },
  },
  'no workspace': {
    platform: {},
    flags: ['--workspace='],
    log: { more: ['✓ MLflow responds (N ms)'], missing: ['✓ workspace team-a open (N ms)'] },
  },
};

describe('a platform with', { concurrency: 2 }, () => {
  for (const [name, { platform: switches, flags = [], logins = 1, log = USUAL }] of sampled(Object.entries(CASES))) {
    it(`${name} lets the account in`, async () => {
      const platform = await startPlatform(switches);
      const env = goodEnv(platform);
      if (flags.includes('--workspace=')) env.MLFLOW_WORKSPACE = '';
      const { status, stdout, stderr } = await runCommand(['token', ...flags], env);
      await platform.close();
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
      const { more, missing } = differences(stderr, TOKEN_LOG);
      assert.deepEqual({ more: more.sort(), missing }, log);
      assert.equal(timesAsked(platform, 'POST login'), logins);
    });
  }
});
