// Where an OpenID provider may send a login: that of the MLflow proxy to its own host alone, one that is set where it says.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { markOf } from '../../src/errors/explain.js';
import type { Asked, StartOptions } from '../support/fake/platform.js';
import { issuerAt, providerDiscovery } from '../support/fake/provider.js';
import { USUAL } from '../support/fake/switches.js';
import { atProvider, fails, GRANTS } from '../support/people-at-provider.js';
import { REWORDED, runCommand, timesAsked } from '../support/program.js';
import { atTerminal } from '../support/terminal.js';

/** The same server by its other name, which is another host. */
const elsewhere = ({ origin }: URL, path: string) => `${origin.replace('localhost', '127.0.0.1')}/realms/ml${path}`;

/** A discovery document that names this address. */
const documentWith = (name: string, address: (url: URL) => string): StartOptions => ({
  echo: (endpoint, asked) => {
    const document = { grant_types_supported: GRANTS, [name]: address(asked.url) };
    return endpoint === 'provider-discovery'
      ? providerDiscovery(asked, { ...USUAL, provider: { document } })
      : undefined;
  },
});

/** A response to the request for a device code that names this address. */
const pageAt = (name: string, address: (url: URL) => string): StartOptions => ({
  echo: (endpoint, { url }: Asked) => {
    const verification_uri = `${issuerAt(url.origin)}/device`;
    const body = { device_code: 'x', user_code: 'A-B', expires_in: 2, verification_uri, [name]: address(url) };
    return endpoint === 'provider-device' ? { status: 200, body } : undefined;
  },
});

const ENDPOINTS = '/protocol/openid-connect';
type Kind = [name: string, given: typeof documentWith, path: string, asked: string];
const OF_LOGINS: Kind[] = [
  ['token_endpoint', documentWith, `${ENDPOINTS}/token`, 'POST provider-token'],
  ['device_authorization_endpoint', documentWith, `${ENDPOINTS}/auth/device`, 'POST provider-device'],
  ['verification_uri', pageAt, '/device', ''],
  ['verification_uri_complete', pageAt, '/device?user_code=A-B', ''],
];
const BAD: [what: string, address: string, id: string][] = [
  ['plain http', 'http://platform.example/x', 'issuer-insecure'],
  ['a login in it', 'https://user:word@localhost/x', 'provider-address'],
  ['another scheme', 'javascript:alert(1)', 'provider-address'],
];

// Windows has no pseudo terminals that a test could open.
describe('an address for a person', { skip: process.platform === 'win32' || REWORDED }, () => {
  for (const [name, given, path, asked] of OF_LOGINS)
    it(`is not used on another host as ${name} of a provider that only the MLflow proxy names`, () =>
      atProvider(
        given(name, (url) => elsewhere(url, path)),
        async (platform, env) => {
          const screen = await fails(atTerminal(['login'], env), 'issuer-elsewhere');
          assert.ok(screen.includes(`"${name}" at http://127.0.0.1:`), screen);
          assert.doesNotMatch(screen, /^Open /m);
          assert.equal(asked ? timesAsked(platform, asked as 'POST provider-token') : 0, 0);
        },
        false,
      ));

  for (const [name, given, path] of OF_LOGINS.slice(1))
    it(`is used on another host as ${name} of an issuer that is set`, () =>
      atProvider(
        given(name, (url) => elsewhere(url, path)),
        async (_, env) => {
          const terminal = atTerminal(['login'], { ...env, MLFLOW_AUTH_TIMEOUT: '2' });
          const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
          assert.equal(address.includes('127.0.0.1'), name !== 'verification_uri_complete', address);
          terminal.type('\x03');
          await terminal.ended;
        },
      ));

  for (const [name, given] of OF_LOGINS)
    for (const [what, address, id] of BAD)
      it(`is not used with ${what} as ${name}, and the failure names the answer`, () =>
        atProvider(
          given(name, () => address),
          async (_, env) => {
            const screen = await fails(atTerminal(['login'], env), id);
            assert.match(screen, given === pageAt ? /request a device code/ : /discovery document/);
            assert.doesNotMatch(screen, /Nothing was sent\./);
          },
        ));
});

describe('a refresh token', () => {
  const revoking = (given: StartOptions, named: boolean, id: string | undefined) =>
    atProvider(
      given,
      async (platform, env) => {
        const path = join(env.HOME ?? '', 'token');
        writeFileSync(path, 'refresh-token-of-a-person', { mode: 0o600 });
        const { status, stderr } = await runCommand(['logout', '--refresh-token-file', path], env);
        assert.equal(status, id ? 1 : 0, stderr);
        if (id) assert.ok(stderr.includes(markOf(id as 'issuer-elsewhere')), stderr);
        assert.equal(timesAsked(platform, 'POST provider-revoke'), id ? 0 : 1);
      },
      named,
    );
  const other = documentWith('revocation_endpoint', (url) => elsewhere(url, `${ENDPOINTS}/revoke`));

  it('is not revoked on another host that only the MLflow proxy names', () =>
    revoking(other, false, 'issuer-elsewhere'));
  it('is revoked on another host that an issuer that is set names', () => revoking(other, true, undefined));
  for (const [what, address, id] of BAD)
    it(`is not revoked at an endpoint with ${what}`, () =>
      revoking(
        documentWith('revocation_endpoint', () => address),
        true,
        id,
      ));
});

describe('the page at which the MLflow proxy logs in', () => {
  const startAt = (page: string): StartOptions => {
    const location = `${page}?client_id=mlflow&redirect_uri=http://x/`;
    return { canned: { start: { status: 302, body: '', headers: { location } } } };
  };
  const asks = async (page: string, id: 'issuer-insecure' | 'provider-address') =>
    atProvider(
      startAt(page),
      async (platform, env) => {
        const secret = { MLFLOW_AUTH_LOGIN: 'client-credentials', DEX_CLIENT_SECRET: USUAL.clientSecret };
        const { stderr } = await runCommand(['token'], { ...env, ...secret });
        assert.ok(stderr.includes(markOf(id)), stderr);
        assert.deepEqual([...new Set(platform.asked.map(({ endpoint }) => endpoint))], ['GET start']);
      },
      false,
    );
  // Nobody answers there: with a request, another failure would be shown.
  it('is not asked for its issuer in plain text', () =>
    asks('http://platform.example/realms/ml/auth', 'issuer-insecure'));
  it('is not asked with a login in its address', () => asks('https://u:w@platform.example/a/auth', 'provider-address'));
});
