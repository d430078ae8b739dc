// The public key with which the password is encrypted, in every form in which platforms send it.

import { AuthError } from '../../errors/errors.js';
import { expectJson } from '../../http/response.js';
import type { Http } from '../../http/types.js';

/** RSA as Web Crypto imports it; the padding that it would use is not used. */
const ALGORITHM = { name: 'RSA-OAEP', hash: 'SHA-256' };

const LONGEST_STAMP = 64;
/** Bits of a modulus. Larger keys would keep the processor busy, smaller ones can be broken. */
const [SMALLEST, LARGEST] = [1024, 8192];
/** More than a key of the largest size takes, as text with its line breaks and as DER; not even read if it is longer. */
const [LONGEST_TEXT, LONGEST_DER] = [16_384, 1100];

/** The key and the time stamp that must go back with the password. */
export interface LoginKey {
  /** `ts` as JSON text, in the type in which it came: a string or a number. */
  ts: string;
  key: CryptoKey;
}

/**
 * Asks for the key. Its time stamp serves for one login.
 * @returns undefined when the platform has no key (404), as before Dex v2 of the vendor
 * @throws AuthError
 */
export async function fetchLoginKey(http: Http, platform: string, retry: boolean): Promise<LoginKey | undefined> {
  const answer = await http(`${platform}/dex/pubkey`, {
    stage: 'pubkey',
    what: 'request the public key',
    headers: { accept: 'application/json' },
    retry,
  });
  if (answer.status === 404) return undefined;
  const { ts, pubkey, pubkey_encode } = expectJson(answer, 'pubkey');
  const forms = [pubkey, decoded(pubkey_encode)].filter((form) => typeof form === 'string' && form !== '') as string[];
  const flaws: string[] = [];
  for (const form of forms) {
    const key = await importKey(form, (flaw) => flaws.push(flaw));
    if (key && isStamp(ts)) return { ts: asJson(ts, answer.body), key };
  }
  const unknown = forms.length === 0 ? 'JSON without a key' : `a key or "ts" of an unknown form (ts: ${typeof ts})`;
  const id = flaws.length > 0 ? 'unsafe-key' : 'bad-key';
  const facts = { text: `${answer.status} ${flaws[0] ?? unknown}` };
  throw new AuthError({ request: 'pubkey', tried: answer.tried, diagnosis: { id, facts } });
}

/** Text of any length would be blamed on the password, with which it is encrypted. */
function isStamp(ts: unknown): ts is string | number {
  return typeof ts === 'number' || (typeof ts === 'string' && ts.length <= LONGEST_STAMP);
}

/** Numbers keep the digits in which they came, however many. */
function asJson(ts: string | number, body: string): string {
  if (typeof ts === 'string') return JSON.stringify(ts.trim());
  const numbers = [...body.matchAll(/"ts"\s*:\s*([-+.\deE]+)/g)].map(([, digits]) => digits);
  return numbers.find((digits) => Number(digits) === ts) ?? String(ts);
}

/** `pubkey_encode` is the PEM text in base64. */
function decoded(value: unknown): string | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}

/**
 * Imports SPKI or PKCS#1 (RFC 8017, A.1.1), as PEM with or without its line breaks, or as bare base64 DER.
 * @param refuse gets the reason why a key is not safe to use
 * @returns undefined when it is none of them, or not safe
 */
export async function importKey(
  text: string,
  refuse: (flaw: string) => void = () => {},
): Promise<CryptoKey | undefined> {
  const base64 = text.length > LONGEST_TEXT ? '' : text.replace(/-----[A-Z ]+-----/g, '').replace(/\\n|\s/g, '');
  const der = Buffer.from(base64, 'base64');
  if (text.length > LONGEST_TEXT || der.byteLength > LONGEST_DER)
    refuse(`a public key that is too large: expected at most ${LARGEST} bits`);
  else if (/^[A-Za-z0-9+/]+=*$/.test(base64)) return importDer(der, refuse);
  return undefined;
}

async function importDer(der: Uint8Array, refuse: (flaw: string) => void): Promise<CryptoKey | undefined> {
  for (const spki of [der, spkiAround(der)]) {
    const key = await imported(spki);
    if (!key) continue;
    const flaw = await flawOf(key);
    if (flaw === undefined) return key;
    refuse(flaw);
  }
  return undefined;
}

async function imported(spki: Uint8Array): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey('spki', new Uint8Array(spki), ALGORITHM, true, ['encrypt']);
  } catch {
    // Not this form; the next one may be it.
    return undefined;
  }
}

/** Bits of the key's modulus; Deno's own number of them is rounded up. */
export async function sizeOf(key: CryptoKey): Promise<number> {
  return (await numbersOf(key)).modulus.toString(2).length;
}

/** Why a key must not be used: with an exponent of 1 the password would be sent as it is. */
async function flawOf(key: CryptoKey): Promise<string | undefined> {
  const { modulus, exponent } = await numbersOf(key);
  const bits = modulus.toString(2).length;
  if (bits < SMALLEST || bits > LARGEST)
    return `a public key of ${bits} bits: expected 2048 to ${LARGEST}, or at least ${SMALLEST}`;
  if (modulus % 2n === 0n) return 'a public key with an even modulus: expected a product of two primes';
  if (exponent % 2n === 0n || exponent < 3n || exponent >= 1n << 64n)
    return 'a public key with an invalid exponent: expected an odd number from 3 to 2^64';
  return undefined;
}

async function numbersOf(key: CryptoKey): Promise<{ modulus: bigint; exponent: bigint }> {
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', key);
  const number = (base64: string) => BigInt(`0x0${Buffer.from(base64, 'base64url').toString('hex')}`);
  return { modulus: number(n), exponent: number(e) };
}

/** The fixed AlgorithmIdentifier of rsaEncryption (RFC 3279, 2.3.1) around a PKCS#1 key. */
function spkiAround(pkcs1: Uint8Array): Uint8Array {
  const algorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex');
  const bits = derValue(0x03, Buffer.concat([Buffer.from([0]), pkcs1]));
  return derValue(0x30, Buffer.concat([algorithm, bits]));
}

/** A DER value with its tag and length (X.690, 8.1). */
function derValue(tag: number, content: Uint8Array): Uint8Array {
  const length = content.byteLength;
  const bytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}
