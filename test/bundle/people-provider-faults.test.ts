// How logins of people at an OpenID provider end that do not succeed, with the fake provider: nothing is stored.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StartOptions } from '../support/fake/platform.js';
import type { Canned } from '../support/fake/switches.js';
import { atProvider, confirm, fails, polled, refused, storedIn } from '../support/people-at-provider.js';
import { REWORDED, timesAsked } from '../support/program.js';
import { atTerminal } from '../support/terminal.js';

// Windows has no pseudo terminals that a test could open.
describe('a login of a person at an OpenID provider', { skip: process.platform === 'win32' || REWORDED }, () => {
  const begun = (answer: Canned): StartOptions => ({ canned: { 'provider-device': answer } });
  const PAGE: Canned = {
    status: 200,
    body: '<html><title>Portal</title></html>',
    headers: { 'content-type': 'text/html' },
  };
  const CODE = { device_code: 'x', user_code: 'A-B', expires_in: 3, interval: 1 };
  const named = (verification_uri: string, more = {}): StartOptions =>
    begun({ status: 200, body: { ...CODE, verification_uri, ...more } });
  const ENDS: [what: string, given: StartOptions, id: string][] = [
    [
      'the client may not use the device flow',
      begun(refused(400, 'unauthorized_client', 'disabled')),
      'person-device-off',
    ],
    ['the client has a secret', begun(refused(401, 'invalid_client')), 'person-client-refused'],
    ['a scope is refused', begun(refused(400, 'invalid_scope')), 'person-scope'],
    ['the resource is refused', begun(refused(400, 'invalid_target')), 'person-target'],
    ['there is no device endpoint', begun({ status: 404, body: 'Not Found' }), 'person-device-answer'],
    ['a page comes in place of a code', begun(PAGE), 'person-device-answer'],
    ['the provider is out of order', begun({ status: 500, body: '' }), 'issuer-unavailable'],
    ['the page for the code is not https', named('http://evil.test/device'), 'issuer-insecure'],
    ['the page for the code is none', named('javascript:alert(1)'), 'provider-address'],
    ['the page for the code holds a login', named('https://user:word@evil.test/'), 'provider-address'],
    [
      'the code holds control characters',
      named('https://ok.test/', { user_code: 'A\x1b]52;c;eA==\x07' }),
      'person-device-answer',
    ],
    ['the life of the code is none', named('https://ok.test/', { expires_in: -1 }), 'person-device-answer'],
    ...[0, -1, '5', null, {}].map((interval): [string, StartOptions, string] => [
      `the interval is ${JSON.stringify(interval)}`,
      named('https://ok.test/', { interval }),
      'person-device-answer',
    ]),
    ['the person denies', polled(refused(400, 'access_denied')), 'device-denied'],
    ['the code has expired', polled(refused(400, 'expired_token')), 'person-expired'],
    ['the code expires meanwhile', { deviceLife: 2 }, 'person-expired'],
    ['the code is not known', polled(refused(400, 'invalid_grant')), 'person-code'],
    [
      'offline access is not allowed',
      polled(refused(400, 'not_allowed', 'Offline tokens not allowed')),
      'person-offline',
    ],
    ['a page comes in place of tokens', polled(PAGE), 'person-token-answer'],
    ['the tokens are none', polled({ status: 200, body: { access_token: 'x' } }), 'token-response'],
    ['the token is opaque', polled({ status: 200, body: { access_token: 'x', token_type: 'Bearer' } }), 'opaque-token'],
  ];
  for (const [what, given, id] of ENDS)
    it(`fails with ${id} where ${what}, and stores nothing`, () =>
      atProvider(given, async (_, env) => {
        await fails(atTerminal(['login'], env), id);
        assert.deepEqual(storedIn(env), []);
      }));

  const AFTER: [what: string, given: StartOptions, id: string][] = [
    ['there is no refresh token', { provider: { offline: false } }, 'person-no-refresh-token'],
    ['the token is for another', { provider: { claims: { aud: 'account' } } }, 'provider-audience'],
    ['the address is not verified', { provider: { claims: { email_verified: false } } }, 'email-unverified'],
    ['the workspace is closed', { workspaces: { 'team-a': 'forbidden' } }, 'workspace-forbidden'],
  ];
  for (const [what, given, id] of AFTER)
    it(`fails with ${id} where ${what} after the login, and stores nothing`, () =>
      atProvider(given, async (_, env) => {
        const terminal = atTerminal(['login'], env);
        await confirm(terminal);
        await fails(terminal, id);
        assert.deepEqual(storedIn(env), []);
      }));

  const BACK: [what: string, answer: Record<string, string>, id: string][] = [
    ['an error', { error: 'invalid_scope', error_description: 'no \x1b[2J' }, 'person-scope'],
    ['a denial', { error: 'access_denied' }, 'device-denied'],
    ['another error', { error: 'server_error' }, 'person-browser-error'],
    ['a code of another issuer', { code: 'x', iss: 'https://evil.test' }, 'token-response'],
    ['a code that is not known', { code: 'x' }, 'person-code'],
  ];
  for (const [what, answer, id] of BACK)
    it(`fails with ${id} where the browser comes back with ${what}`, () =>
      atProvider({}, async (platform, env) => {
        const terminal = atTerminal(['login', '--browser'], env);
        const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
        const query = new URL(address).searchParams;
        const parameters = new URLSearchParams({ ...answer, state: query.get('state') ?? '' });
        assert.equal((await fetch(`${query.get('redirect_uri')}?${parameters}`)).status, 200);
        await fails(terminal, id);
        assert.equal(timesAsked(platform, 'POST provider-token'), id === 'person-code' ? 1 : 0);
      }));

  it('needs an authorization endpoint for the browser', () =>
    atProvider({ provider: { document: { authorization_endpoint: undefined } } }, async (_, env) => {
      await fails(atTerminal(['login', '--browser'], env), 'person-unsupported');
    }));

  /** What can come of each request but for an answer of the provider, and of how many tries it is the end. */
  type Asked = 'discovery' | 'device' | 'token';
  const FAULTS: [answer: Canned, ids: Partial<Record<Asked, string>>, tries: number][] = [
    [
      { status: 503, headers: { 'retry-after': '0' } },
      { discovery: 'issuer-unavailable', device: 'issuer-unavailable', token: 'issuer-unavailable' },
      3,
    ],
    [
      { status: 200, body: '{"device_code": "q7x' },
      { discovery: 'not-an-issuer', device: 'person-device-answer', token: 'person-token-answer' },
      1,
    ],
    [
      { status: 200, body: '[]' },
      { discovery: 'not-an-issuer', device: 'person-device-answer', token: 'person-token-answer' },
      1,
    ],
    [
      { status: 200, body: '{}' },
      { discovery: 'not-an-issuer', device: 'person-device-answer', token: 'token-response' },
      1,
    ],
    [
      { status: 302, headers: { location: 'https://evil.test/' } },
      { discovery: 'not-an-issuer', device: 'person-device-answer', token: 'person-token-answer' },
      1,
    ],
    [{ status: 404 }, { discovery: 'not-an-issuer', device: 'person-device-answer', token: 'person-token-answer' }, 1],
    [{ status: 200, body: '{}', hang: true }, { discovery: 'timeout', device: 'timeout', token: 'timeout' }, 3],
  ];
  for (const [answer, ids, tries] of FAULTS)
    for (const [request, id] of Object.entries(ids)) {
      const what = answer.hang ? 'hangs' : `gets ${answer.status} ${answer.body ?? ''}`;
      it(`ends with ${id} where the request ${request} ${what}`, () =>
        atProvider({ canned: { [`provider-${request}`]: answer } }, async (platform, env) => {
          const args = ['login', ...(answer.hang ? ['--timeout', '2'] : [])];
          await fails(atTerminal(args, env), id);
          const method = request === 'discovery' ? 'GET' : 'POST';
          assert.equal(timesAsked(platform, `${method} provider-${request}`), tries);
          assert.deepEqual(storedIn(env), []);
        }));
    }
});
