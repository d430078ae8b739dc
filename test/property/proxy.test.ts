// oauth2-proxy and MLflow, or whatever answers in their place: how many requests, to whom, and what comes of them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import type { Context } from '../../src/login/context.js';
import type { Credential } from '../../src/login/credential.js';
import { finishProxyLogin } from '../../src/login/oauth2-proxy/callback.js';
import { Jar } from '../../src/login/oauth2-proxy/cookies.js';
import { startProxyLogin } from '../../src/login/oauth2-proxy/start.js';
import { verify } from '../../src/login/verify.js';
import { body, jsonWith, secret, text } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';
import { type Asked, assertLine, fakeHttp, outcome, type Reply, reply } from '../support/property/replies.js';

const MLFLOW = 'https://mlflow.test/clusters/c1/mlflow';
const ORIGIN = new URL(MLFLOW).origin;

const form = fc
  .tuple(fc.constantFrom('', '/clusters/c1/mlflow', 'https://evil.test', '//evil.test', ORIGIN), text)
  .map(([base, more]) => `<form method="GET" action="${base}${more}/start">`);
const replies = fc.array(reply(fc.oneof(body, form, jsonWith('email', 'user', 'groups', 'workspaces_enabled'))), {
  minLength: 1,
  maxLength: 6,
});

const header = (name: string, value: string): Reply => ({ status: 302, headers: [[name, value]], body: '' });
const ok = (json: unknown): Reply => ({ status: 200, headers: [], body: JSON.stringify(json) });

/** A login that begins: at once, after a redirect, at the second entrance, or by the form of a page. */
const begun = fc
  .tuple(
    fc.constantFrom<Reply[]>(
      [],
      [header('location', `${MLFLOW}/`)],
      [{ status: 404, headers: [], body: '' }],
      [{ status: 403, headers: [], body: '<form method="GET" action="/oauth2/start">' }],
    ),
    fc.constantFrom('', 'https://platform.test', 'https://evil.test'),
    fc.webUrl({ withQueryParameters: true }),
    text,
  )
  .map(([before, base, redirect_uri, state]) => {
    const query = new URLSearchParams({ client_id: 'c', redirect_uri, state });
    return [...before, header('location', `${base}/dex/auth?${query}`)];
  });

/** Identity and workspace, as whoever has both sends them. */
const proven = fc
  .tuple(fc.oneof(text, secret), fc.array(text), text)
  .map(([email, groups, name]) => [ok({ email, groups }), ok({ workspace: { name } })]);

/** That nothing went elsewhere, and no header could be split. */
function assertHome(asked: Asked[], most: number, origin = ORIGIN): void {
  assert.ok(asked.length <= most, `${asked.length} requests`);
  for (const { url, headers = {} } of asked) {
    assert.equal(url.origin, origin);
    for (const line of Object.values(headers)) assert.doesNotMatch(line, /\p{Cc}/u);
  }
}

describe('a login at oauth2-proxy', () => {
  it('begins or is an AuthError, with requests to the tracking URI alone', () =>
    checkEnds(fc.oneof(begun, replies), ['begun', 'AuthError'], async (list) => {
      const { http, asked } = fakeHttp(list);
      const result = await outcome(startProxyLogin(http, MLFLOW, true));
      assertHome(asked, 17);
      if (result instanceof AuthError) return 'AuthError';
      const sent = new URLSearchParams(result.query);
      assert.ok(sent.get('client_id'));
      assert.equal(sent.get('state') ?? '', result.state);
      const uri = sent.get('redirect_uri') ?? '';
      assert.equal(result.redirectUri.href, new URL(uri, uri.startsWith('/') ? asked.at(-1)?.url : undefined).href);
      return 'begun';
    }));

  it('takes the authorization request as it is', () =>
    check(
      fc.asyncProperty(text, text, fc.webUrl(), fc.constantFrom('', '#x'), async (client, state, uri, hash) => {
        fc.pre(client !== '');
        const query = `${new URLSearchParams({ client_id: client, redirect_uri: uri, state })}`;
        const location = `https://platform.test/dex/auth?${query}${hash}`;
        const { http, asked } = fakeHttp([{ status: 302, headers: [['location', location]], body: '' }]);
        const login = await startProxyLogin(http, MLFLOW, true);
        assert.deepEqual({ query: login.query, state: login.state }, { query, state });
        assert.equal(asked.length, 1);
      }),
    ));

  // With a pattern whose time grows with the square of the page, this takes minutes.
  it('ends for a page of a megabyte', async () => {
    for (const part of ['<form ', '<form action="', ' action="/start', ' action="', '<']) {
      const page = { status: 200, headers: [], body: `<form ${part.repeat((1 << 20) / part.length)}` };
      const { http, asked } = fakeHttp([page]);
      await outcome(startProxyLogin(http, MLFLOW, true));
      assert.ok(asked.length <= 4, part);
    }
  });

  it('ends in a session or an AuthError, with one request, and the code in no message', () =>
    checkEnds(
      fc.record({
        name: fc.constantFrom(undefined, 'x'),
        cookie: fc.stringMatching(/^[\w|=+/.-]{1,40}$/),
        chunk: fc.constantFrom('', '_0'),
        other: fc.option(reply(), { freq: 2 }),
        redirect: fc.constantFrom(ORIGIN, 'https://platform.test'),
        state: text,
        code: secret,
      }),
      ['session', 'AuthError'],
      async ({ name, cookie, chunk, other, redirect, state, code }) => {
        const session = `${name ?? '_oauth2_proxy'}${chunk}`;
        const { http, asked } = fakeHttp([other ?? header('set-cookie', `${session}=${cookie}; Path=/; HttpOnly`)]);
        const redirectUri = new URL(`${redirect}/oauth2/callback`);
        const start = { endpoint: new URL('https://platform.test/dex/auth'), relative: false, tried: { what: 'x' } };
        const login = { query: '', state, redirectUri, ...start, jar: new Jar() };
        const back = new URLSearchParams({ code, state });
        const result = await outcome(finishProxyLogin(http, login, back, name));
        assertHome(asked, 1, redirect);
        assert.equal(asked[0]?.url.searchParams.get('code'), code);
        assert.equal(asked[0]?.url.searchParams.get('state'), state);
        if (result instanceof AuthError) {
          assert.ok(!result.message.includes(code));
          return 'AuthError';
        }
        if (!other) assert.deepEqual(result.parts, [{ name: session, value: cookie }]);
        assert.ok(result.parts.length > 0);
        return 'session';
      },
    ));
});

describe('the proof of a credential', () => {
  it('ends in an identity or an AuthError, with few requests, and the credential in no message', () =>
    checkEnds(
      fc.record({
        list: fc.oneof(proven, replies),
        random: secret,
        method: fc.constantFrom('token', 'cookie'),
        claims: jsonWith('aud', 'iss', 'exp'),
        workspace: fc.constantFrom(undefined, 'team-a'),
      }),
      ['identity', 'AuthError'],
      async ({ list, random, method, claims, workspace }) => {
        const token = `${random}.${Buffer.from(claims).toString('base64url')}.${random}`;
        const common = { identity: '', expiresAt: undefined };
        const credential: Credential =
          method === 'token'
            ? { method, token, refreshToken: undefined, ...common }
            : { method: 'cookie', cookie: `_oauth2_proxy=${random}`, ...common };
        const { http, asked } = fakeHttp(list);
        const context = {
          http,
          step: (_: string, work: () => unknown) => work(),
          note: () => {},
        } as unknown as Context;
        const result = await outcome(verify(context, { trackingUri: MLFLOW, workspace }, credential));
        assertHome(asked, 4);
        if (result instanceof AuthError) {
          assert.ok(!result.message.includes(random), result.message);
          return 'AuthError';
        }
        assertLine(result.identity, 5000);
        return 'identity';
      },
    ));
});
