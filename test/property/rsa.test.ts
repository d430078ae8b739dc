// The encrypted password, decrypted by the program openssl. Counted are messages, in the first property each with a fresh key.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import { encryptPassword } from '../../src/login/alauda/encrypt-password.js';
import { importKey } from '../../src/login/alauda/public-key.js';
import { wellFormed } from '../../src/util/text.js';
import { text } from '../support/property/arbitraries.js';
import { check, checkEnds, RUNS } from '../support/property/check.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-fuzz-'));
after(() => rmSync(folder, { recursive: true }));
const keyFile = join(folder, 'key.pem');

const kept = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();
let count = 0;

const makeKey = (modulusLength: number, publicExponent: number) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent });

/** One of a few keys of this size: 1 in 200 cases, 10 in 10,000. */
function keptKey(modulusLength: number) {
  const name = `${modulusLength} ${count++ % Math.ceil(RUNS / 1000)}`;
  const pair = kept.get(name) ?? makeKey(modulusLength, 65537);
  kept.set(name, pair);
  return pair;
}

/** PKCS#1 v1.5 is what Node 20 no longer decrypts by itself. */
function decrypt(encrypted: string, privateKey: KeyObject): string {
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const args = ['pkeyutl', '-decrypt', '-inkey', keyFile, '-pkeyopt', 'rsa_padding_mode:pkcs1'];
  return execFileSync('openssl', args, { input: Buffer.from(encrypted, 'base64') }).toString('utf8');
}

const bits = fc.oneof(
  { weight: 150, arbitrary: fc.integer({ min: 1024, max: 1060 }) },
  { weight: 20, arbitrary: fc.constantFrom(1536, 1535) },
  { weight: 10, arbitrary: fc.constantFrom(2047, 2048) },
  { weight: 10, arbitrary: fc.constantFrom(3072, 4096) },
);
const exponent = fc.constantFrom(3, 5, 17, 257, 65537);
const stamp = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 19n }).map(String),
  fc.stringMatching(/^\d{1,19}$/).map((digits) => `"${digits}"`),
);
/** Too long for most keys here, though not for all. */
const long = fc.tuple(text, fc.integer({ min: 60, max: 250 })).map(([start, length]) => start.padEnd(length, 'x'));
const SIZES = [1024, 1025, 1536, 2047, 2048, 3072, 4096];
const EXAMPLES = SIZES.map((size): [number, number, string, string] => [size, 65537, '1', 'größer']);

const messageOf = (ts: string, password: string) => `{"ts":${ts},"password":${JSON.stringify(password)}}`;

describe('the encrypted password', () => {
  it('is read by openssl, with keys of any size, up to the limit, which the error names', () =>
    checkEnds(
      fc.tuple(bits, exponent, stamp, fc.oneof(text, long)),
      ['encrypted', 'too long'],
      async ([size, e, ts, password]) => {
        // A large key takes seconds to make.
        const { publicKey, privateKey } = size < 3000 ? makeKey(size, e) : keptKey(size);
        const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
        const key = await importKey(pem);
        assert.ok(key, pem);
        const message = messageOf(ts, password);
        const [bytes, room] = [Buffer.byteLength(message), Math.ceil(size / 8) - 11];
        const encrypted = await encryptPassword({ ts, key }, password).catch((error) => error);
        if (bytes > room) {
          assert.ok(encrypted instanceof AuthError, pem);
          assert.match(encrypted.message, new RegExp(`takes ${bytes} bytes.* holds ${room} bytes`));
          assert.equal(encrypted.id, 'password-too-long');
          return 'too long';
        }
        assert.equal(Buffer.from(encrypted, 'base64').byteLength, Math.ceil(size / 8), pem);
        assert.equal(decrypt(encrypted, privateKey), message, pem);
        return 'encrypted';
      },
      EXAMPLES,
    ));

  it('fits to the last byte, and not beyond', () =>
    check(
      fc.asyncProperty(fc.constantFrom(1024, 1025, 1031), stamp, text, async (size, ts, start) => {
        const { publicKey, privateKey } = keptKey(size);
        const key = await importKey(publicKey.export({ type: 'pkcs1', format: 'pem' }).toString());
        assert.ok(key);
        const room = Math.ceil(size / 8) - 11;
        const characters = [...start];
        while (Buffer.byteLength(messageOf(ts, characters.join(''))) > room) characters.pop();
        const short = wellFormed(characters.join(''));
        const longest = short + 'x'.repeat(room - Buffer.byteLength(messageOf(ts, short)));
        assert.equal(decrypt(await encryptPassword({ ts, key }, longest), privateKey), messageOf(ts, longest));
        await assert.rejects(encryptPassword({ ts, key }, `${longest}x`), { name: 'AuthError' });
      }),
    ));
});
