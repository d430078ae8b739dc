// Encrypts the password as the platform's own login page does: RSAES-PKCS1-v1_5 (RFC 8017, 7.2.1).

import { AuthError } from '../../errors/errors.js';
import type { LoginKey } from './public-key.js';

/** 0x00 0x02, a 0x00 in front of the message, and at least 8 random bytes (RFC 8017, 7.2.1). */
const PADDING_BYTES = 11;

/**
 * Encrypts `{"ts":…,"password":"…"}` and returns it in base64.
 * @throws AuthError when that is longer than the key can hold (245 bytes for 2048 bits)
 */
export async function encryptPassword({ ts, key }: LoginKey, password: string): Promise<string> {
  const message = Buffer.from(`{"ts":${ts},"password":${JSON.stringify(password)}}`, 'utf8');
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', key);
  const modulus = Buffer.from(n, 'base64url');
  const room = modulus.byteLength - PADDING_BYTES;
  if (message.byteLength > room) {
    const got = `with its frame and escapes the password takes ${message.byteLength} bytes, and the platform's ${modulus.byteLength * 8}-bit key holds ${room} bytes`;
    throw new AuthError({ stage: 'password', tried: 'encrypt the password', got });
  }
  return rsa(pad(message, modulus.byteLength), modulus, Buffer.from(e, 'base64url')).toString('base64');
}

/** EME-PKCS1-v1_5 encoding to `length` bytes. */
function pad(message: Uint8Array, length: number): Buffer {
  const filler = Buffer.alloc(length - message.byteLength - 3);
  crypto.getRandomValues(filler);
  for (let i = 0; i < filler.length; i++) while (filler[i] === 0) crypto.getRandomValues(filler.subarray(i, i + 1));
  return Buffer.concat([Buffer.from([0, 2]), filler, Buffer.from([0]), message]);
}

/** RSAEP: message^e mod n, as many bytes as n has (RFC 8017, 5.1.1). */
function rsa(message: Buffer, n: Buffer, e: Buffer): Buffer {
  const number = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);
  const modulus = number(n);
  let base = number(message);
  let result = 1n;
  for (let exponent = number(e); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return Buffer.from(result.toString(16).padStart(n.byteLength * 2, '0'), 'hex');
}
