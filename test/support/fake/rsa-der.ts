// Public keys of any numbers, as no tool makes them: SPKI in DER.

/** A DER value with its tag and length (X.690, 8.1). */
function value(tag: number, content: Buffer): Buffer {
  const digits = content.byteLength.toString(16);
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  const head = content.byteLength < 0x80 ? [tag, content.byteLength] : [tag, 0x80 | length.byteLength, ...length];
  return Buffer.concat([Buffer.from(head), content]);
}

function integer(number: bigint): Buffer {
  const digits = number.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return value(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** The bare base64 of an RSA public key with this modulus and exponent. */
export function rsaKey(modulus: bigint, exponent: bigint, form: 'spki' | 'pkcs1' = 'spki'): string {
  const key = value(0x30, Buffer.concat([integer(modulus), integer(exponent)]));
  const algorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex');
  const spki = value(0x30, Buffer.concat([algorithm, value(0x03, Buffer.concat([Buffer.from([0]), key]))]));
  return (form === 'spki' ? spki : key).toString('base64');
}

/** An odd number of so many bits; whether it is a product of two primes, nobody can tell. */
export function oddOf(bits: number): bigint {
  return (1n << BigInt(bits - 1)) + (0x5555n << BigInt(Math.max(bits - 40, 0))) + 1n;
}

/** Keys that must not be used, by what is wrong with them. */
export const UNSAFE: Readonly<Record<string, [modulus: bigint, exponent: bigint]>> = {
  '512 bits': [oddOf(512), 65537n],
  '1023 bits': [oddOf(1023), 65537n],
  '8193 bits': [oddOf(8193), 65537n],
  '16,384 bits': [oddOf(16_384), 65537n],
  '65,536 bits': [oddOf(65_536), 65537n],
  '65,536 bits and as many in the exponent': [oddOf(65_536), oddOf(65_536)],
  'an exponent of 0': [oddOf(2048), 0n],
  'an exponent of 1': [oddOf(2048), 1n],
  'an exponent of 2': [oddOf(2048), 2n],
  'an even exponent': [oddOf(2048), 65536n],
  'an exponent of 2^64 + 1': [oddOf(2048), (1n << 64n) + 1n],
  'an exponent of 2048 bits': [oddOf(2048), oddOf(2047)],
  'an even modulus': [oddOf(2048) + 1n, 65537n],
  'a modulus of 0': [0n, 65537n],
  'a modulus of 1': [1n, 65537n],
};
