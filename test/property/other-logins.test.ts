// Any answer of Dex to a password grant and to the implicit flow: a token for the client, masked, or an AuthError; and one password.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import type { Http } from '../../src/http/types.js';
import { decodeClaims } from '../../src/login/dex/claims.js';
import type { LoginWay } from '../../src/login/login-way.js';
import { way as implicit } from '../../src/login/ways/implicit.js';
import { way as passwordGrant } from '../../src/login/ways/password-grant.js';
import type { Settings } from '../../src/settings/types.js';
import { body, jsonWith, text } from '../support/property/arbitraries.js';
import { checkEnds } from '../support/property/check.js';
import { type Asked, answer, outcome, type Reply, reply } from '../support/property/replies.js';

const DEX = 'https://platform.test/dex';
const PASSWORD = 'the-password';
const REDIRECT = 'https://platform.test/oauth2/callback';

const SETTINGS = {
  platform: '',
  dexUrl: DEX,
  clientId: 'mlflow',
  clientSecret: '',
  audience: 'mlflow',
  connector: 'local',
  username: 'ci',
  password: PASSWORD,
  scopes: 'openid',
  redirectUri: REDIRECT,
  trackingUri: '',
} as unknown as Settings;

const jwtOf = (claims: string) => `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(claims).toString('base64url')}.c2ln`;
const now = () => Math.floor(Date.now() / 1000);
const tokenFor = (aud: unknown, nonce?: string) =>
  jwtOf(JSON.stringify({ iss: DEX, aud, sub: 's', nonce, iat: now(), exp: now() + 60 }));
const claims = jsonWith('iss', 'aud', 'sub', 'exp', 'nonce');

const DISCOVERY: Reply = {
  status: 200,
  headers: [['content-type', 'application/json']],
  body: JSON.stringify({ issuer: DEX }),
};

/** Runs a login at a Dex that answers the requests after the discovery document in this way. */
async function run({ login }: LoginWay, answers: (url: URL) => Reply): Promise<'a token' | 'AuthError'> {
  const asked: Asked[] = [];
  const masked: string[] = [];
  const http: Http = async (address, request) => {
    const url = new URL(address);
    asked.push({ ...request, url });
    assert.ok(asked.length <= 50, 'it asks without end');
    const found = url.pathname.endsWith('/openid-configuration') ? DISCOVERY : answers(url);
    return answer(found, url, request.what);
  };
  const quiet = { note: () => {}, warn: () => {}, keep: undefined };
  const step = <T>(_: string, work: () => Promise<T>) => work();
  const context = { http, mask: (one: string) => void masked.push(one), ...quiet, step };
  const result = await outcome(login(context, SETTINGS));
  assert.ok(asked.every(({ url }) => url.href.startsWith(`${DEX}/`)));
  const carrying = asked.filter(({ url, body: sent }) => `${url}${sent}`.includes(PASSWORD));
  assert.ok(carrying.length <= 1, 'the password was sent more than once');
  assert.ok(carrying.every(({ retry }) => retry !== true));
  if (result instanceof AuthError) {
    assert.ok(!result.message.includes(PASSWORD));
    return 'AuthError';
  }
  const { token } = result.credential;
  assert.ok([decodeClaims(token)?.aud].flat().includes('mlflow'));
  assert.ok(masked.includes(token));
  return 'a token';
}

describe('a login with the password grant', () => {
  it('gives a token for the client, or it is an AuthError, whatever Dex answers', () => {
    const token = fc.oneof(
      { arbitrary: fc.constant(tokenFor('mlflow')), weight: 4 },
      fc.constant(tokenFor('other')),
      claims.map(jwtOf),
      text,
    );
    const tokens = token.map((id_token) =>
      JSON.stringify({ access_token: 'x', token_type: 'bearer', expires_in: 60, id_token }),
    );
    const usual = tokens.map((one): Reply => ({ ...DISCOVERY, body: one }));
    const answers = fc.oneof(tokens, body, jsonWith('access_token', 'id_token', 'token_type', 'error'));
    return checkEnds(fc.oneof(usual, reply(answers)), ['a token', 'AuthError'], (one) => run(passwordGrant, () => one));
  });
});

describe('a login by the implicit flow', () => {
  it('gives a token with the nonce and state that were sent, or it is an AuthError', () => {
    const part = (good: string) => fc.oneof({ arbitrary: fc.constant(good), weight: 6 }, text);
    const redirect = fc.record({
      state: part('STATE'),
      nonce: part('NONCE'),
      aud: part('mlflow'),
      token: fc.oneof({ arbitrary: fc.constant(undefined), weight: 6 }, claims.map(jwtOf), text),
      mark: fc.constantFrom('#', '?'),
      at: fc.oneof({ arbitrary: fc.constant(REDIRECT), weight: 6 }, fc.webUrl()),
    });
    return checkEnds(redirect, ['a token', 'AuthError'], async ({ state, nonce, aud, token, mark, at }) => {
      let good = false;
      const end = await run(implicit, (url) => {
        const sent = (value: string, name: string) =>
          value === name ? (url.searchParams.get(name.toLowerCase()) ?? '') : value;
        const id_token = token ?? tokenFor(aud, sent(nonce, 'NONCE'));
        good = token === undefined && [state, nonce, aud, at].join() === ['STATE', 'NONCE', 'mlflow', REDIRECT].join();
        const location = `${at}${mark}${new URLSearchParams({ id_token, state: sent(state, 'STATE') })}`;
        return { status: 303, headers: [['location', location]], body: '' };
      });
      assert.equal(end, good ? 'a token' : 'AuthError');
      return end;
    });
  });
});
