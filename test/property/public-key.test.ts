// The public key in any of its forms, and what is none.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import { fetchLoginKey, importKey } from '../../src/login/alauda/public-key.js';
import { wellFormed } from '../../src/util/text.js';
import { jsonWith, text } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';
import { fakeHttp, outcome, reply } from '../support/property/replies.js';

const KEYS = [1024, 1025, 1536, 2047, 2048].flatMap((modulusLength) =>
  [3, 65537].map((publicExponent) => generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey),
);
const key = fc.constantFrom(...KEYS);
const form = fc.tuple(fc.constantFrom('spki', 'pkcs1'), fc.constantFrom('pem', 'der')) as fc.Arbitrary<
  ['spki' | 'pkcs1', 'pem' | 'der']
>;
const breaks = fc.constantFrom('', '\n', '\r\n', '\\n', ' ', '\t', '\n\n', '\\n\n');

/** A key in one of its forms, with line breaks of any kind, or none, at its ends and where it has them. */
const written = fc
  .tuple(key, form, fc.infiniteStream(breaks), fc.integer({ min: 16, max: 500 }))
  .map(([one, [type, format], stream, width]) => {
    const next = () => stream.next().value as string;
    const der = one.export({ type, format: 'der' }).toString('base64');
    const lines = (der.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map((line) => line + next()).join('');
    const name = type === 'spki' ? 'PUBLIC KEY' : 'RSA PUBLIC KEY';
    const pem = `-----BEGIN ${name}-----${next()}${lines}${next()}-----END ${name}-----`;
    return { key: one, text: `${next()}${format === 'pem' ? pem : lines}${next()}` };
  });

async function numbersOf(imported: CryptoKey | undefined): Promise<JsonWebKey> {
  assert.ok(imported);
  const { n, e } = await crypto.subtle.exportKey('jwk', imported);
  return { n, e };
}

function numbers(one: (typeof KEYS)[number]): JsonWebKey {
  const { n, e } = one.export({ format: 'jwk' });
  return { n, e };
}

describe('a public key', () => {
  it('is read in every form, however its lines are broken', () =>
    check(
      fc.asyncProperty(written, async ({ key, text }) => {
        assert.deepEqual(await numbersOf(await importKey(text)), numbers(key));
      }),
    ));

  it('that is none is undefined, or a key that OpenSSL takes too', () =>
    checkEnds(
      fc.oneof(
        { weight: 1, arbitrary: text },
        { weight: 1, arbitrary: fc.base64String() },
        // A key with some of its characters replaced.
        {
          weight: 6,
          arbitrary: fc
            .tuple(written, fc.nat(400), fc.oneof(text, fc.constantFrom('A', 'B', '+', '/')))
            .map(([{ text }, at, other]) => text.slice(0, at) + other + text.slice(at + 1)),
        },
      ),
      ['key', 'none'],
      async (garbage) => {
        const imported = await importKey(garbage);
        if (!imported) return 'none';
        assert.equal(imported.algorithm.name, 'RSA-OAEP');
        const spki = Buffer.from(await crypto.subtle.exportKey('spki', imported));
        assert.equal(createPublicKey({ key: spki, type: 'spki', format: 'der' }).asymmetricKeyType, 'rsa');
        return 'key';
      },
    ));
});

const answers = jsonWith('ts', 'pubkey', 'pubkey_encode');
/** A time stamp of one of the types that there are. */
const stamped = fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true })).map((ts) => JSON.stringify({ ts }));

describe('the answer with the key', () => {
  it('gives the key and its time stamp digit for digit, without whitespace around it', () =>
    check(
      fc.asyncProperty(written, fc.oneof(text, fc.bigInt({ min: 0n, max: 1n << 70n })), async ({ key, text }, ts) => {
        const stamp = typeof ts === 'bigint' ? String(ts) : JSON.stringify(ts.trim());
        const sent = typeof ts === 'bigint' ? String(ts) : JSON.stringify(ts);
        const body = `{"pubkey":${JSON.stringify(text)}, "ts" : ${sent}}`;
        const { http } = fakeHttp([{ status: 200, headers: [], body }]);
        const login = await fetchLoginKey(http, 'https://platform.test', false);
        assert.equal(login?.ts, stamp);
        assert.deepEqual(await numbersOf(login?.key), numbers(key));
      }),
    ));

  it('of any other kind is no key for a 404, and an AuthError otherwise', () =>
    checkEnds(
      fc.oneof(reply(answers), reply(answers, 200), reply(answers, 404)),
      ['no key', 'AuthError', 'AuthError of a 200'],
      async (one) => {
        const { http, asked } = fakeHttp([one]);
        const result = await outcome(fetchLoginKey(http, 'https://platform.test', false));
        assert.equal(asked.length, 1);
        if (one.status === 404) {
          assert.equal(result, undefined);
          return 'no key';
        }
        assert.ok(result instanceof AuthError);
        return one.status === 200 ? 'AuthError of a 200' : 'AuthError';
      },
    ));

  it('has a time stamp that is JSON, whatever else stands in it', () =>
    checkEnds(
      fc.tuple(written, jsonWith('ts', 'x', 'y'), fc.oneof(jsonWith('ts'), stamped)),
      ['stamp', 'AuthError'],
      async ([{ text }, other, last]) => {
        const body = `{"a":${other},"pubkey":${JSON.stringify(text)},${last.slice(1, -1) || '"b":0'}}`;
        const { http } = fakeHttp([{ status: 200, headers: [], body }]);
        const result = await outcome(fetchLoginKey(http, 'https://platform.test', false));
        if (result instanceof AuthError) return 'AuthError';
        const { ts } = JSON.parse(body);
        assert.ok(result);
        assert.equal(JSON.parse(result.ts), typeof ts === 'string' ? wellFormed(ts).trim() : ts);
        return 'stamp';
      },
    ));
});
