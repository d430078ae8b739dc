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
import { check } from '../support/property/cases.js';
import { assertLine, fakeHttp, outcome, reply } from '../support/property/servers.js';

const PLATFORM = 'https://platform.test';
const CLIENT: Client = { platform: PLATFORM, clientId: 'c', clientSecret: 'x', redirectUri: `${PLATFORM}/cb` };
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

/** Claims that pass every check, but for some that are replaced. */
const nearlyGood = fc
  .tuple(claims, fc.boolean())
  .map(([some, good]) => {
    const now = Math.floor(Date.now() / 1000);
    return { iss: `${PLATFORM}/dex`, aud: 'c', sub: 's', iat: now, exp: now + 60, ...(good ? {} : JSON.parse(some)) };
  })
  .map((payload) => jwtOf(JSON.stringify(payload)));

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
    check(
      fc.property(jwt, (one) => {
        const known = decodeClaims(one) ?? {};
        assertLine(identityOf(known), 2 * one.length);
        const end = expiryOf(known);
        assert.ok(end === undefined || Number.isFinite(end.getTime()));
        end?.toISOString();
        assert.equal(credentialOf({ idToken: one, refreshToken: undefined }).token, one);
      }),
    ));

  it('tells its claims as they are', () =>
    check(
      fc.property(claims, (payload) => {
        const all = JSON.parse(payload, (_, one) => (typeof one === 'string' ? wellFormed(one) : one));
        assert.deepEqual(decodeClaims(jwtOf(payload)), all);
        if (all.email && typeof all.email === 'string') assert.equal(identityOf(all), printable(all.email));
      }),
    ));
});

describe('the token endpoint', () => {
  for (const [grant, refresh] of [
    ['code', false],
    ['refresh token', true],
  ] as const) {
    it(`answers a ${grant} with tokens, all of them masked, or it is an AuthError`, () =>
      check(
        fc.asyncProperty(fc.array(reply(answers), { minLength: 1, maxLength: 3 }), secret, async (replies, code) => {
          const { asked, masked, kept, ...given } = context(replies);
          const back = new URLSearchParams({ code, state: 's' });
          const work = refresh
            ? refreshTokens(given, CLIENT, code)
            : redeemCode(given, CLIENT, back, 's', 'v'.repeat(43));
          const result = await outcome(work);
          assert.ok(asked.length <= 2 && asked.every(({ url }) => url.origin === PLATFORM));
          if (result instanceof AuthError) return assert.ok(!result.message.includes(code), result.message);
          assert.ok([decodeClaims(result.idToken)?.aud].flat().includes('c'));
          assert.ok(masked.includes(result.idToken));
          assert.match(result.idToken, /^[\w-]+\.[\w-]+\.[\w-]+$/);
          if (result.refreshToken !== undefined) assert.deepEqual(kept, [result.refreshToken]);
        }),
      ));
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
        const result = await redeemCode(
          given,
          CLIENT,
          new URLSearchParams({ code: 'c', state: 's' }),
          's',
          'v'.repeat(43),
        );
        assert.deepEqual(result, { idToken: id_token, refreshToken: refresh_token ?? undefined });
      }),
    ));
});
