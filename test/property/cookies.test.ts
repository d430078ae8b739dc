// Cookies in any order and of any kind: which of them are the session, and what goes into a header.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cookiesOf, Jar, sessionCookie, sessionCookieName } from '../../src/login/oauth2-proxy/cookies.js';
import { headerValue } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';

const headersOf = (lines: string[]) => new Headers(lines.map((line): [string, string] => ['set-cookie', line]));

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,20}$/).filter((one) => !/_(\d+|csrf)$/.test(one));
const cookieValue = fc.stringMatching(/^[\w|=+/.-]{1,40}$/);
const attributes = fc.constantFrom(
  '',
  '; Path=/; HttpOnly; Secure',
  '; Max-Age=604800',
  '; Expires=Fri, 01 Jan 2100 00:00:00 GMT',
);
const gone = fc.constantFrom('; Max-Age=0', '; Expires=Thu, 01 Jan 1970 00:00:00 GMT', '; Max-Age=0; Path=/');
const ATTRIBUTE = fc.constantFrom('Max-Age=', 'Expires=', 'Path=', 'Domain=', 'SameSite=', 'Secure', '', 'x=');

/** More than a parser may like. */
const HUGE = [';'.repeat(200_000), `a=${'b'.repeat(5000)}`, `a=b${'; Path=/'.repeat(50_000)}`];

/** A Set-Cookie header of any kind. */
const garbage = fc.oneof(
  { weight: 20, arbitrary: headerValue },
  {
    weight: 20,
    arbitrary: fc
      .tuple(headerValue, headerValue, fc.array(fc.tuple(ATTRIBUTE, headerValue).map((parts) => parts.join(''))))
      .map(([key, value, rest]) => [`${key}=${value}`, ...rest].join(';')),
  },
  { weight: 1, arbitrary: fc.constantFrom(...HUGE) },
);

/** Set-Cookie headers of any kind, half of the time with one for the session among them. */
const linesFor = (session: string) =>
  fc
    .tuple(
      fc.array(garbage, { maxLength: 10 }),
      fc.option(
        fc
          .tuple(fc.constantFrom('', '_0'), fc.oneof(cookieValue, headerValue), attributes)
          .map(([chunk, value, rest]) => `${session}${chunk}=${value}${rest}`),
        { freq: 2 },
      ),
    )
    .map(([lines, one]) => (one === null ? lines : [one, ...lines]));

/** Puts things into another order. */
function shuffled<T>(list: T[], seed: number[]): T[] {
  return list
    .map((one, index) => ({ one, key: seed[index % seed.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}

describe('the session', () => {
  it('is all chunks in numeric order up to the first gap, in whatever order they come', () =>
    check(
      fc.property(
        name,
        fc.array(fc.tuple(cookieValue, attributes), { minLength: 1, maxLength: 25 }),
        fc.nat(30),
        fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
        (session, chunks, missing, order) => {
          const sent = chunks.map(([value, rest], index) => ({
            index,
            value,
            line: `${session}_${index}=${value}${rest}`,
          }));
          const lines = sent.filter(({ index }) => index !== missing).map(({ line }) => line);
          // A gap may also be a chunk that is deleted.
          if (missing % 2 && missing < sent.length) lines.push(`${session}_${missing}=; Max-Age=0`);
          const others = [`${session}_csrf=x`, `other=${session}`, `${session}_01=x`, `${session}_=x`];
          const parts = sessionCookie(headersOf(shuffled([...lines, ...others], order)), session)?.parts;
          const expected = sent.slice(0, missing).map(({ index, value }) => ({ name: `${session}_${index}`, value }));
          assert.deepEqual(parts ?? [], expected);
        },
      ),
    ));

  it('is the last of several, and none that is deleted', () =>
    checkEnds(
      fc.tuple(name, fc.array(fc.tuple(cookieValue, fc.option(gone, { freq: 2 })), { minLength: 1 })),
      ['kept', 'deleted'],
      ([session, list]) => {
        const lines = list.map(([value, deleted]) => `${session}=${value}${deleted ?? ''}`);
        const [value, deleted] = list.at(-1) ?? [];
        const expected = deleted === null ? [{ name: session, value }] : undefined;
        assert.deepEqual(sessionCookie(headersOf(lines), session)?.parts, expected);
        const jar = new Jar();
        jar.take(headersOf(lines));
        assert.equal(jar.toString(), deleted === null ? `${session}=${value}` : '');
        return deleted === null ? 'kept' : 'deleted';
      },
    ));

  it('has the name that the CSRF cookie shows', () =>
    check(
      fc.property(
        name,
        fc.stringMatching(/^[\w-]{8,40}$/),
        fc.boolean(),
        fc.boolean(),
        (session, nonce, each, encoded) => {
          const plain = `${nonce}:/`;
          const state = encoded ? Buffer.from(plain).toString('base64url') : plain;
          const csrf = each ? `${session}_${nonce.slice(0, 8)}_csrf` : `${session}_csrf`;
          assert.equal(sessionCookieName(['other', csrf], state), session);
        },
      ),
    ));
});

describe('whatever a server sets', () => {
  it('ends in headers without control characters, and the csrf cookie is never the session', () =>
    checkEnds(
      fc.constantFrom('_oauth2_proxy', 'a', '').chain((wanted) => fc.tuple(linesFor(wanted), fc.constant(wanted))),
      ['session', 'no session'],
      ([lines, wanted]) => {
        const headers = headersOf([...lines, `${wanted}_csrf=secret; Path=/`]);
        const jar = new Jar();
        jar.take(headers);
        assert.ok(jar.names.includes(`${wanted}_csrf`));
        const session = sessionCookie(headers, wanted);
        for (const part of session?.parts ?? []) assert.notEqual(part.name, `${wanted}_csrf`);
        const header = session?.parts.map(({ name, value }) => `${name}=${value}`).join('; ') ?? '';
        for (const line of [header, jar.toString()]) assert.doesNotMatch(line, /\p{Cc}/u);
        new Headers({ cookie: header });
        for (const { name, value } of cookiesOf(headers)) assert.ok(name.length + value.length <= 4096);
        return session ? 'session' : 'no session';
      },
    ));
});
