// Any answer of GitHub and of Dex to a keyless login: a token for the proxy, masked before it is used, or an AuthError.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import { decodeClaims } from '../../src/login/dex/claims.js';
import { ciToken, claimsText } from '../../src/login/keyless/ci-token.js';
import { way } from '../../src/login/ways/keyless.js';
import type { IdTokenSource, Settings } from '../../src/settings/types.js';
import { body, jsonWith, text } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';
import { assertLine, fakeHttp, outcome, type Reply, reply } from '../support/property/replies.js';

const DEX = 'https://platform.test/dex';
const GITHUB: IdTokenSource = {
  kind: 'github',
  url: 'https://github.test/request?a=b',
  requestToken: 'request-token',
  audience: 'mlflow',
};

const jwtOf = (payload: string) => `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(payload).toString('base64url')}.c2ln`;
const now = () => Math.floor(Date.now() / 1000);
const good = (aud: unknown, azp?: string) =>
  jwtOf(JSON.stringify({ iss: DEX, aud, azp, sub: 's', iat: now(), exp: now() + 60 }));
const claims = jsonWith('iss', 'aud', 'sub', 'exp', 'repository_owner');

const json = (value: unknown): Reply => ({
  status: 200,
  headers: [['content-type', 'application/json']],
  body: JSON.stringify(value),
});

function context(replies: readonly Reply[]) {
  const masked: string[] = [];
  const { http, asked } = fakeHttp([...replies]);
  const quiet = {
    note: () => {},
    warn: () => {},
    keep: undefined,
    step: <T>(_: string, work: () => Promise<T>) => work(),
  };
  return { context: { http, mask: (one: string) => masked.push(one), ...quiet }, asked, masked };
}

describe('the ID token of a CI job', () => {
  it('is a JWT that is masked, or an AuthError without it, whatever GitHub answers', () => {
    const value = fc.oneof(text, claims.map(jwtOf), { arbitrary: fc.constant(good('mlflow')), weight: 3 });
    const plain = value.map((one): Reply => json({ value: one }));
    const replies = fc.oneof(plain, reply(fc.oneof(body, jsonWith('value', 'count'))));
    return checkEnds(replies, ['a token', 'AuthError'], async (one) => {
      const { context: given, asked, masked } = context([one]);
      const result = await outcome(ciToken(given, GITHUB));
      assert.ok(asked.every(({ url }) => url.origin === 'https://github.test'));
      if (result instanceof AuthError) {
        assert.ok(!result.message.includes(GITHUB.requestToken));
        return 'AuthError';
      }
      assert.ok(masked.includes(result.token));
      assert.match(result.token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
      return 'a token';
    });
  });

  it('says its claims in one line, whatever they hold', () =>
    check(
      fc.property(claims, (payload) => {
        assertLine(claimsText(decodeClaims(jwtOf(payload)) ?? {}), 1500);
      }),
    ));
});

describe('the exchange of an ID token', () => {
  const settings = {
    dexUrl: DEX,
    clientId: 'jobs',
    clientSecret: '',
    audience: 'proxy',
    login: 'keyless',
    connector: 'ci',
    scopes: 'openid',
    trackingUri: '',
    idToken: { kind: 'given', token: good('mlflow') },
  } as unknown as Settings;

  it('gives a token for the proxy, or it is an AuthError, whatever Dex answers', () => {
    const token = fc.oneof(
      { arbitrary: fc.constant(good(['proxy', 'jobs'], 'jobs')), weight: 4 },
      fc.constantFrom(good('jobs'), good('proxy'), good(['proxy', 'jobs'], 'other')),
      claims.map(jwtOf),
      text,
    );
    const usual = { token_type: 'bearer', expires_in: 60 };
    const tokens = token.map((access_token) => JSON.stringify({ access_token, ...usual }));
    const answers = fc.oneof(tokens, body, jsonWith('access_token', 'token_type', 'expires_in', 'error'));
    const plain = tokens.map((one): Reply => json(JSON.parse(one)));
    return checkEnds(fc.oneof(plain, reply(answers)), ['a token', 'AuthError'], async (one) => {
      const { context: given, asked, masked } = context([json({ issuer: DEX }), one]);
      const result = await outcome(way.login(given, settings));
      assert.ok(asked.every(({ url }) => url.href.startsWith(`${DEX}/`)));
      if (result instanceof AuthError) return 'AuthError';
      const { credential } = result;
      assert.ok([decodeClaims(credential.token)?.aud].flat().includes('proxy'));
      assert.ok(masked.includes(credential.token));
      assert.equal(credential.refreshToken, undefined);
      return 'a token';
    });
  });
});
