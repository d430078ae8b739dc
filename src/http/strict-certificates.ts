// What Python 3.13 and later demand of a certificate, and other programs do not: read off its extensions.

import type { X509Certificate } from 'node:crypto';

/** Extensions (RFC 5280, 4.2.1) by their object identifiers in DER. */
const EXTENSIONS = {
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  basicConstraints: '551d13',
  authorityKeyIdentifier: '551d23',
};

/**
 * What `ssl.VERIFY_X509_STRICT`, the default of Python 3.13 and later, misses in a certificate (check_extensions in
 * OpenSSL's crypto/x509/x509_vfy.c).
 * @param issued whether it is not the last one of its chain
 */
export function strictFlawsOf(certificate: X509Certificate, issued: boolean): string[] {
  const extensions = extensionsOf(certificate.raw);
  const has = (name: keyof typeof EXTENSIONS) => extensions.has(EXTENSIONS[name]);
  const flaws = [
    certificate.ca && !has('keyUsage') && 'Key Usage',
    certificate.ca && extensions.get(EXTENSIONS.basicConstraints) === false && 'critical Basic Constraints',
    certificate.ca && !has('subjectKeyIdentifier') && 'Subject Key Identifier',
    issued && !has('authorityKeyIdentifier') && 'Authority Key Identifier',
  ];
  return flaws.flatMap((flaw) => (flaw ? [flaw] : []));
}

/** The extensions of a certificate, and whether each is critical. Node shows only a few of them. */
function extensionsOf(der: Buffer): Map<string, boolean> {
  const body = first(first(der));
  const list = [...elements(body)].find(([tag]) => tag === 0xa3)?.[1];
  if (!list) return new Map();
  return new Map(
    [...elements(first(list))].map(([, extension]) => {
      const [id, second] = elements(extension);
      // BOOLEAN, which DER leaves out where it is false.
      return [id?.[1].toString('hex') ?? '', second?.[0] === 0x01];
    }),
  );
}

type Element = [tag: number, content: Buffer];

/** The content of the first element. */
const first = (der: Buffer): Buffer => elements(der).next().value?.[1] ?? Buffer.alloc(0);

/** The elements of DER (X.690, 8.1) that OpenSSL has read before, one after another. */
function* elements(der: Buffer): Generator<Element, undefined> {
  for (let at = 0; at + 2 <= der.length; ) {
    const [tag = 0, head = 0] = [der[at], der[at + 1]];
    const size = head < 0x80 ? 0 : Math.min(head & 0x7f, 4);
    const length = size === 0 ? head : der.readUIntBE(at + 2, size);
    const start = at + 2 + size;
    yield [tag, der.subarray(start, start + length)];
    at = start + length;
  }
}
