// Encrypts the password as the platform's own login page does: RSAES-PKCS1-v1_5 (RFC 8017, 7.2.1).

import { constants, KeyObject, publicEncrypt } from 'node:crypto';
import { AuthError, errorMessage } from '../../errors/errors.js';
import { type LoginKey, sizeOf } from './public-key.js';

/** 0x00 0x02, a 0x00 in front of the message, and at least 8 random bytes (RFC 8017, 7.2.1). */
const PADDING_BYTES = 11;

/**
 * Encrypts `{"ts":…,"password":"…"}` and returns it in base64.
 * @throws AuthError when that is longer than the key can hold (245 bytes for 2048 bits), or the runtime cannot use the key
 */
export async function encryptPassword({ ts, key }: LoginKey, password: string): Promise<string> {
  const message = Buffer.from(`{"ts":${ts},"password":${JSON.stringify(password)}}`, 'utf8');
  const tried = { what: 'encrypt the password' };
  const bytes = Math.ceil((await sizeOf(key)) / 8);
  const room = bytes - PADDING_BYTES;
  if (message.byteLength > room) {
    const facts = { bytes: message.byteLength, bits: bytes * 8, room };
    throw new AuthError({ request: 'password', tried, diagnosis: { id: 'password-too-long', facts } });
  }
  try {
    const padding = constants.RSA_PKCS1_PADDING;
    return publicEncrypt({ key: KeyObject.from(key), padding }, message).toString('base64');
  } catch (error) {
    const facts = { bits: bytes * 8, text: errorMessage(error) };
    const hint = 'Deno supports keys of up to 4096 bits; Node.js supports larger ones.';
    throw new AuthError({ request: 'password', tried, diagnosis: { id: 'key-unusable', facts }, hint });
  }
}
