// The password's encryption and the forms of the key, against OpenSSL both ways.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { AuthError } from '../../../src/errors/errors.js';
import { encryptPassword } from '../../../src/login/alauda/encrypt-password.js';
import { importKey, sizeOf } from '../../../src/login/alauda/public-key.js';
import { decryptPkcs1, publicKeyPem } from '../../support/fake/dex.js';
import { oddOf, rsaKey, UNSAFE } from '../../support/fake/rsa-der.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-rsa-'));
after(() => rmSync(folder, { recursive: true }));

const openssl = (args: string[], input?: string | Buffer) =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'ignore'] });

const privateKey = join(folder, 'key.pem');
openssl(['genrsa', '-out', privateKey, '2048']);
const der = (form: string) => openssl(['rsa', '-in', privateKey, form, '-outform', 'DER']).toString('base64');
const pem = (form: string) => openssl(['rsa', '-in', privateKey, form]).toString();
const decrypt = (encrypted: string) =>
  openssl(
    ['pkeyutl', '-decrypt', '-inkey', privateKey, '-pkeyopt', 'rsa_padding_mode:pkcs1'],
    Buffer.from(encrypted, 'base64'),
  ).toString();

const FORMS: Record<string, string> = {
  'SPKI as PEM': pem('-pubout'),
  'PKCS#1 as PEM': pem('-RSAPublicKey_out'),
  'SPKI as bare base64': der('-pubout'),
  'PKCS#1 as bare base64': der('-RSAPublicKey_out'),
  'PEM with CRLF': pem('-pubout').replaceAll('\n', '\r\n'),
  'PEM without line breaks': pem('-pubout').replaceAll('\n', ''),
  'PEM with escaped line breaks': pem('-pubout').replaceAll('\n', '\\n'),
};

describe('the password, encrypted', () => {
  for (const [form, text] of Object.entries(FORMS)) {
    it(`is read by OpenSSL with a key given as ${form}`, async () => {
      const key = await importKey(text);
      assert.ok(key);
      assert.equal(
        decrypt(await encryptPassword({ ts: '"1779940350"', key }, 'secret')),
        '{"ts":"1779940350","password":"secret"}',
      );
    });
  }

  const PASSWORDS = [
    '',
    '"',
    '\\',
    '%41',
    "it's $HOME `x`",
    ' blanks ',
    'größer',
    '\u{1F511}',
    'tab\tnewline\n',
    'a'.repeat(203),
  ];
  for (const password of PASSWORDS) {
    it(`holds ${JSON.stringify(password.slice(0, 20))} as it is`, async () => {
      const key = await importKey(FORMS['SPKI as PEM'] ?? '');
      assert.ok(key);
      const sent = decrypt(await encryptPassword({ ts: '1779940350123456789', key }, password));
      assert.equal(sent, `{"ts":1779940350123456789,"password":${JSON.stringify(password)}}`);
    });
  }

  it('differs each time and is never padded with a zero', async () => {
    const key = await importKey(FORMS['SPKI as PEM'] ?? '');
    assert.ok(key);
    const all = new Set<string>();
    for (let i = 0; i < 50; i++) all.add(await encryptPassword({ ts: '1', key }, 'secret'));
    assert.equal(all.size, 50);
    for (const one of all) assert.equal(decrypt(one), '{"ts":1,"password":"secret"}');
  });

  it('must fit into the key: 245 bytes of 2048 bits do, 246 do not', async () => {
    const key = await importKey(FORMS['SPKI as PEM'] ?? '');
    assert.ok(key);
    const frame = '{"ts":1,"password":""}'.length;
    const longest = 'x'.repeat(245 - frame);
    assert.equal(JSON.parse(decrypt(await encryptPassword({ ts: '1', key }, longest))).password, longest);
    await assert.rejects(encryptPassword({ ts: '1', key }, `${longest}x`), (error: AuthError) => {
      assert.equal(error.id, 'password-too-long');
      assert.match(error.message, /takes 246 bytes, and the platform's 2048-bit key holds 245 bytes/);
      return true;
    });
  });
});

describe('the fake platform', () => {
  it('reads what OpenSSL encrypts', () => {
    const path = join(folder, 'fake.pem');
    writeFileSync(path, publicKeyPem());
    const encrypted = openssl(
      ['pkeyutl', '-encrypt', '-pubin', '-inkey', path, '-pkeyopt', 'rsa_padding_mode:pkcs1'],
      '{"ts":"1","password":"größer"}',
    );
    assert.equal(decryptPkcs1(encrypted), '{"ts":"1","password":"größer"}');
  });
});

describe('a key that is none', () => {
  for (const text of ['', 'no key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'x'.repeat(1000)]) {
    it(`is refused: ${JSON.stringify(text.slice(0, 30))}`, async () => assert.equal(await importKey(text), undefined));
  }

  it('is refused when it is not RSA', async () => {
    const ec = openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout']);
    assert.equal(await importKey(openssl(['ec', '-pubout'], ec).toString()), undefined);
  });
});

describe('a key that is not safe', () => {
  for (const [name, [modulus, exponent]] of Object.entries(UNSAFE)) {
    it(`is refused: ${name}`, async () => {
      for (const form of ['spki', 'pkcs1'] as const) {
        const flaws: string[] = [];
        assert.equal(await importKey(rsaKey(modulus, exponent, form), (flaw) => flaws.push(flaw)), undefined);
        // What the runtime itself does not import has no flaw that could be told.
        for (const flaw of flaws) assert.match(flaw, /^a public key (of|that|with) .*: expected /);
      }
    });
  }

  it('is no other one: sizes and exponents at the limits are good', async () => {
    for (const [bits, exponent] of [
      [1024, 65537n],
      [8192, 65537n],
      [2048, 3n],
      [2048, (1n << 32n) + 1n],
    ] as const) {
      const key = await importKey(rsaKey(oddOf(bits), exponent));
      assert.ok(key, `${bits} bits, exponent ${exponent}`);
      assert.equal(await sizeOf(key), bits);
    }
  });

  it('is not even read as text of a megabyte', async () => {
    const flaws: string[] = [];
    assert.equal(await importKey('A'.repeat(1 << 20), (flaw) => flaws.push(flaw)), undefined);
    assert.match(flaws.join(), /too large/);
  });
});
