// What is read out of an answer: the reason in every known shape, and never a whole page.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectJson, jsonObject, responseError, serverReason } from '../../../src/http/response.js';
import type { HttpResponse } from '../../../src/http/types.js';
import { shortened } from '../../../src/util/text.js';

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const url = new URL('https://platform.test/dex/api/v1/authorize');
  return { url, status, headers: new Headers(headers), body: text, tried: { what: 'test' } };
}

const SHAPES: [name: string, body: unknown, reason: string][] = [
  [
    'a Kubernetes Status',
    { kind: 'Status', reason: 'InternalError', message: 'Internal error occurred: x', code: 500 },
    'InternalError: Internal error occurred: x',
  ],
  ['a reason alone', { reason: 'PasswordExpired' }, 'PasswordExpired'],
  ['a reason within error', { error: { reason: 'CaptchaError' } }, 'CaptchaError'],
  [
    'OAuth',
    { error: 'invalid_grant', error_description: 'Invalid or expired code parameter.' },
    'invalid_grant: Invalid or expired code parameter.',
  ],
  ['a description alone', { error_description: 'nope' }, 'nope'],
  ['an error as text', { error: 'LoginError' }, 'LoginError'],
  ['a message', { message: 'no' }, 'no'],
  [
    'kubernetes-auth',
    { error: { code: 'PERMISSION_DENIED', message: 'Permission denied.' } },
    'PERMISSION_DENIED: Permission denied.',
  ],
  ['MLflow', { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'not found' }, 'RESOURCE_DOES_NOT_EXIST: not found'],
  ['an empty object', {}, 'JSON without a reason'],
  ['fields of wrong types', { error: 7, message: null, reason: [] }, 'JSON without a reason'],
  ['plain text', 'Unauthorized\n', 'Unauthorized'],
  ['nothing', '', 'an empty response'],
  [
    'a page',
    '<!doctype html><html><title>404 Not Found</title><body><p>secret</p>',
    'HTML page "404 Not Found - secret"',
  ],
];

describe('the reason', () => {
  for (const [name, body, reason] of SHAPES)
    it(`is read from ${name}`, () => assert.equal(serverReason(answer(500, body)), reason));

  it('of an oauth2-proxy page has its request id', () => {
    const page =
      '<html><title>500 Internal Server Error</title><p>Oops!</p>Request ID: 3f2c1a90-aaaa-bbbb-cccc-0123456789ab</html>';
    assert.equal(
      serverReason(answer(500, page)),
      'HTML page "500 Internal Server Error - Oops!", request id 3f2c1a90-aaaa-bbbb-cccc-0123456789ab',
    );
  });

  it('is one line whatever the server sends, and short where it is printed', () => {
    const reason = serverReason(answer(500, { message: `a\r\n::error::b\u0000\u001b[31m${'x'.repeat(5000)}` }));
    assert.match(reason, /^a ::error::b \[31mx+$/);
    assert.match(shortened(`${reason} (what it means)`), /^a ::error::b \[31mx{980,1000}\.\.\. \(what it means\)$/);
  });
});

describe('what was meant to be an answer', () => {
  const secret = '{"redirect_url":"https://platform.test/cb?code=secret';
  for (const [status, body] of [
    [200, secret],
    [200, `[${secret}"}]`],
    [200, '"https://platform.test/cb?code=secret"'],
    [500, secret],
  ] as const)
    it(`${body} with ${status} is not quoted`, () =>
      assert.equal(serverReason(answer(status, body)), 'no JSON object'));
});

describe('a refusal', () => {
  it('names where a redirect points, without its query', () => {
    const location = 'https://login.test/path?code=secret&state=secret#secret';
    const error = responseError(answer(302, '', { location }), 'authorize');
    assert.equal(error.got, '302 redirect to https://login.test/path an empty response');
    assert.equal(error.id, 'redirected');
  });

  it('says tried, got and do in three lines', () => {
    const lines = responseError(answer(400, { message: 'PKCE code_challenge is required' }), 'authorize').message.split(
      '\n',
    );
    assert.deepEqual(
      lines.map((line) => line.slice(0, 6)),
      ['Tried:', 'Got:  ', 'Fix:  '],
    );
  });

  it('comes for JSON that is no object', () => {
    for (const body of ['[]', 'null', '"x"', '7', '{"a":', '']) {
      assert.throws(() => expectJson(answer(200, body), 'authorize'), { name: 'AuthError' });
      assert.equal(jsonObject(body), undefined);
    }
  });

  it('of a credential is explained by its own row', () => {
    assert.equal(responseError(answer(401, {}), 'proxy').id, 'proxy-unauthorized');
    assert.equal(responseError(answer(403, '<title>403 Forbidden</title>'), 'proxy').id, 'proxy-forbids');
  });
});
