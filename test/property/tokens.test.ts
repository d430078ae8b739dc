// Tokens and the endpoint that gives them: any answer is tokens or an AuthError, any JWT is claims or none.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import { decodeClaims, expiryOf, identityOf } from '../../src/login/dex/claims.js';
import { type Client, redeemCode, refreshTokens } from '../../src/login/dex/token-endpoint.js';
import { credentialOf } from '../../src/login/token-method.js';
import { printable, wellFormed } from '../../src/util/text.js';
import { body, jsonWith, secret, text } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';
import { assertLine, fakeHttp, outcome, type Reply, reply } from '../support/property/replies.js';

const PLATFORM = 'https://platform.test';
const CLIENT: Client = { dexUrl: `${PLATFORM}/dex`, clientId: 'c', clientSecret: 'x', redirectUri: `${PLATFORM}/cb` };
const VERIFIER = 'v'.repeat(43);
const claims = jsonWith('iss', 'aud', 'sub', 'exp', 'iat', 'email', 'preferred_username', 'name');
const jwtOf = (payload: string) => `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(payload).toString('base64url')}.c2ln`;

const visible = fc.stringMatching(/^[!-~]+$/);
const blank = fc.constantFrom('', ' ', '\n', '\r\n', '\t', ' \n ', '\u00a0', '\ufeff', '\u2028');

/** A text that may be a JWT. */
const jwt = fc.oneof(
  text,
  claims.map(jwtOf),
  body.map(jwtOf),
  fc.tuple(text, text, text).map((parts) => parts.join('.')),
);

/** A JWT that passes every check, but for claims that are replaced. */
function jwtWith(replaced: object): string {
  const now = Math.floor(Date.now() / 1000);
  return jwtOf(JSON.stringify({ iss: `${PLATFORM}/dex`, aud: 'c', sub: 's', iat: now, exp: now + 60, ...replaced }));
}
const nearlyGood = claims.map((some) => jwtWith(JSON.parse(some)));

const withEmail = fc
  .tuple(claims, text)
  .map(([some, email]) => JSON.stringify({ ...JSON.parse(some), email: `e${email}` }));

/** Claims with a time, whatever else they hold. */
const timed = fc
  .tuple(fc.oneof(claims, fc.constant('{}')), fc.oneof(fc.integer(), fc.double({ max: 8e12, min: -8e12, noNaN: true })))
  .map(([some, exp]) => jwtOf(JSON.stringify({ ...JSON.parse(some), exp })));

const tokens = fc
  .record({ id_token: fc.oneof(jwt, nearlyGood), refresh_token: fc.oneof(text, fc.jsonValue()) }, { requiredKeys: [] })
  .map((some) => JSON.stringify({ access_token: 'access', token_type: 'bearer', ...some }));
const answers = fc.oneof(
  tokens,
  body,
  jsonWith('access_token', 'id_token', 'token_type', 'refresh_token', 'expires_in'),
);

function context(replies: Parameters<typeof fakeHttp>[0]) {
  const masked: string[] = [];
  const kept: string[] = [];
  const { http, asked } = fakeHttp(replies);
  return { http, asked, masked, kept, mask: (one: string) => masked.push(one), keep: (one: string) => kept.push(one) };
}

describe('a JWT', () => {
  it('of any kind tells a printable identity and a time, or neither', () =>
    checkEnds(fc.oneof(jwt, claims.map(jwtOf), timed), ['a time', 'none'], (one) => {
      const known = decodeClaims(one) ?? {};
      assertLine(identityOf(known), 2 * one.length);
      const end = expiryOf(known);
      assert.equal(credentialOf({ idToken: one, refreshToken: undefined }).token, one);
      if (!end) return 'none';
      // Minus zero is no time of its own.
      assert.equal(end.getTime(), Math.trunc((known.exp as number) * 1000) + 0);
      end.toISOString();
      return 'a time';
    }));

  it('tells its claims as they are', () =>
    checkEnds(fc.oneof(claims, withEmail), ['an e-mail', 'none'], (payload) => {
      const all = JSON.parse(payload, (_, one) => (typeof one === 'string' ? wellFormed(one) : one));
      assert.deepEqual(decodeClaims(jwtOf(payload)), all);
      if (typeof all.email !== 'string' || all.email === '') return 'none';
      assert.equal(identityOf(all), printable(all.email));
      return 'an e-mail';
    }));
});

/** An answer that passes every check, with or without a refresh token. */
const goodReply = fc.tuple(text, fc.option(visible, { freq: 2 })).map(([sub, refresh_token]): Reply => {
  const tokens = { access_token: 'access', token_type: 'bearer', id_token: jwtWith({ sub: `s${sub}` }) };
  const body = refresh_token === null ? tokens : { ...tokens, refresh_token };
  return { status: 200, headers: [['content-type', 'application/json']], body: JSON.stringify(body) };
});
const replies = fc.oneof(
  goodReply.map((one) => [one]),
  fc.array(reply(answers), { minLength: 1, maxLength: 3 }),
);

describe('the token endpoint', () => {
  for (const [grant, refresh] of [
    ['code', false],
    ['refresh token', true],
  ] as const) {
    it(`answers a ${grant} with tokens, all of them masked, or it is an AuthError`, () =>
      checkEnds(fc.tuple(replies, secret), ['tokens', 'with a refresh token', 'AuthError'], async ([list, code]) => {
        const { asked, masked, kept, ...given } = context(list);
        const back = new URLSearchParams({ code, state: 's' });
        const work = refresh ? refreshTokens(given, CLIENT, code) : redeemCode(given, CLIENT, back, 's', VERIFIER);
        const result = await outcome(work);
        assert.ok(asked.length <= 2 && asked.every(({ url }) => url.origin === PLATFORM));
        if (result instanceof AuthError) {
          assert.ok(!result.message.includes(code), result.message);
          return 'AuthError';
        }
        assert.ok([decodeClaims(result.idToken)?.aud].flat().includes('c'));
        assert.ok(masked.includes(result.idToken));
        assert.match(result.idToken, /^[\w-]+\.[\w-]+\.[\w-]+$/);
        if (result.refreshToken === undefined) return 'tokens';
        assert.deepEqual(kept, [result.refreshToken]);
        assert.ok(masked.includes(result.refreshToken));
        return 'with a refresh token';
      }));
  }

  it('gives the tokens of a good answer, without whitespace around them', () =>
    check(
      fc.asyncProperty(text, fc.option(visible), blank, async (sub, refresh_token, around) => {
        fc.pre(sub !== '');
        const now = Math.floor(Date.now() / 1000);
        const id_token = jwtOf(JSON.stringify({ iss: `${PLATFORM}/dex`, aud: 'c', sub, iat: now, exp: now + 60 }));
        const good = {
          access_token: 'a',
          token_type: 'bearer',
          id_token: around + id_token + around,
          ...(refresh_token === null ? {} : { refresh_token: around + refresh_token + around }),
        };
        const given = context([
          { status: 200, headers: [['content-type', 'application/json']], body: JSON.stringify(good) },
        ]);
        const result = await redeemCode(given, CLIENT, new URLSearchParams({ code: 'c', state: 's' }), 's', VERIFIER);
        assert.deepEqual(result, { idToken: id_token, refreshToken: refresh_token ?? undefined });
      }),
    ));
});
