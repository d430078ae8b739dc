// The answer to the password: where the code is, and that nothing of it is told when it is wrong.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import { authorize } from '../../src/login/alauda/authorize.js';
import { type Login, logIn } from '../../src/login/alauda/password-login.js';
import { codeFrom } from '../../src/login/check-state.js';
import { wellFormed } from '../../src/util/text.js';
import { body, jsonWith, location, secret, text } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';
import { fakeHttp, outcome, type Reply, reply } from '../support/property/replies.js';

const PLATFORM = 'https://platform.test';

function login(rest: Partial<Login> = {}): Login {
  return { platform: PLATFORM, connector: 'local', req: 'r', username: 'u', password: 'encrypted', ...rest };
}

const answering = (redirect_url: unknown) =>
  fakeHttp([{ status: 200, headers: [], body: JSON.stringify({ redirect_url, session_state: '' }) }]);

const base = fc.constantFrom(
  `${PLATFORM}/oauth2/callback`,
  'https://mlflow.test/oauth2/callback?tenant=a',
  '/oauth2/callback',
  'oauth2/callback',
  '',
  'com.example.app:/callback',
);

describe('the redirect after the login', () => {
  it('gives code and state as they were sent but for whitespace around them, in the query or in the fragment', () =>
    check(
      fc.asyncProperty(base, fc.boolean(), text, text, async (target, inFragment, code, state) => {
        fc.pre(code.trim() !== '');
        const mark = inFragment ? '#' : target.includes('?') ? '&' : '?';
        const { http } = answering(`${target}${mark}${new URLSearchParams({ code, state })}`);
        const parameters = await logIn(http, login());
        assert.equal(parameters.get('code'), code.trim());
        assert.equal(parameters.get('state'), state.trim());
        assert.equal(codeFrom(parameters, state), code.trim());
        assert.throws(() => codeFrom(parameters, `${state}x`), { name: 'AuthError' });
      }),
    ));

  it('with an error becomes an AuthError', () =>
    check(
      fc.asyncProperty(base, fc.boolean(), text, text, async (target, inFragment, error, error_description) => {
        fc.pre(error !== '');
        const mark = inFragment ? '#' : target.includes('?') ? '&' : '?';
        const { http } = answering(`${target}${mark}${new URLSearchParams({ error, error_description })}`);
        assert.ok((await outcome(logIn(http, login()))) instanceof AuthError);
      }),
    ));

  it('that is garbage gives parameters or an AuthError without the password and the code', () =>
    checkEnds(
      fc.tuple(
        fc.oneof(text, location, body, fc.jsonValue()),
        secret,
        secret,
        fc.constantFrom('', '?code=', '#code=', '?error=x&code=', '://?code='),
      ),
      ['parameters', 'AuthError'],
      async ([garbage, password, code, mark]) => {
        const { http, asked } = answering(typeof garbage === 'string' && mark ? garbage + mark + code : garbage);
        const result = await outcome(logIn(http, login({ password })));
        assert.equal(asked.filter(({ body }) => body?.includes(password)).length, 1);
        if (!(result instanceof AuthError)) return 'parameters';
        assert.ok(!result.message.includes(password) && !result.message.includes(code), result.message);
        return 'AuthError';
      },
    ));
});

/** Good answers, but for whatever else they hold. */
const ok = (arbitrary: fc.Arbitrary<object>) =>
  arbitrary.map((json): Reply => ({ status: 200, headers: [], body: JSON.stringify(json) }));
const redirected = ok(
  fc.record({
    redirect_url: fc.tuple(base, text).map(([target, code]) => `${target}#code=${encodeURIComponent(code)}`),
  }),
);
const begun = ok(fc.record({ req: text.filter((one) => one !== '') }));

describe('the login', () => {
  it('ends in parameters or an AuthError whatever is answered, and sends the password once, to the platform', () =>
    checkEnds(
      fc.tuple(
        fc.oneof(
          redirected.map((one) => [one]),
          fc.array(reply(fc.oneof(body, jsonWith('redirect_url', 'error'), fc.json())), { minLength: 1, maxLength: 3 }),
        ),
        secret,
        text.map((one) => one.replace(/\p{C}/gu, '') || 'u'),
      ),
      ['parameters', 'AuthError'],
      async ([replies, password, username]) => {
        const { http, asked } = fakeHttp(replies);
        const result = await outcome(logIn(http, login({ password, username, connector: username })));
        assert.ok(asked.length <= 2 && asked.every(({ url }) => url.origin === PLATFORM));
        assert.equal(asked.filter((one) => JSON.stringify(one).includes(password)).length, 1);
        if (result instanceof AuthError) return 'AuthError';
        assert.ok(result instanceof URLSearchParams);
        return 'parameters';
      },
    ));

  it('takes any id of a login request on to the next request', () =>
    checkEnds(fc.oneof(begun, reply(fc.oneof(body, jsonWith('req', 'error')))), ['id', 'AuthError'], async (one) => {
      const first = fakeHttp([one]);
      const req = await outcome(authorize(first.http, PLATFORM, 'client_id=c', false));
      if (req instanceof AuthError) return 'AuthError';
      assert.equal(req, wellFormed(JSON.parse(one.body).req).trim());
      const second = answering('/callback?code=c');
      await logIn(second.http, login({ req }));
      assert.equal(second.asked[0]?.url.searchParams.get('req'), req);
      return 'id';
    }));
});
