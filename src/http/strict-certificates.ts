// What Python 3.13 and later demand of a certificate, and other programs do not: read off its extensions.

import type { X509Certificate } from 'node:crypto';

/** Extensions (RFC 5280, 4.2.1) by their object identifiers in DER. */
const EXTENSIONS = {
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  authorityKeyIdentifier: '551d23',
};

/** The bit of Key Usage by which a CA signs certificates, in its first byte. */
const KEY_CERT_SIGN = 0x04;
/** The tag of `keyIdentifier`, the first field of Authority Key Identifier, which may be left out. */
const KEY_IDENTIFIER = 0x80;

/**
 * What `ssl.VERIFY_X509_STRICT`, the default of Python 3.13 and later, misses in a certificate (check_extensions in
 * OpenSSL's crypto/x509/x509_vfy.c).
 * @param issued whether it is not the last one of its chain
 */
export function strictFlawsOf(certificate: X509Certificate, issued: boolean): string[] {
  const extensions = extensionsOf(certificate.raw);
  const get = (name: keyof typeof EXTENSIONS) => extensions.get(EXTENSIONS[name]);
  const authorityKey = get('authorityKeyIdentifier');
  const flaws = [
    certificate.ca && !get('keyUsage') && 'Key Usage',
    certificate.ca && get('basicConstraints')?.critical === false && 'critical Basic Constraints',
    certificate.ca && !get('subjectKeyIdentifier') && 'Subject Key Identifier',
    !certificate.ca && signsCertificates(get('keyUsage')) && 'Basic Constraints of a CA, which its Key Usage demands',
    issued && !authorityKey && 'Authority Key Identifier',
    issued && authorityKey && !namesKey(authorityKey) && 'key in its Authority Key Identifier',
    !certificate.subject && !get('subjectAltName')?.critical && 'critical Subject Alternative Name, nor a subject',
  ];
  return flaws.flatMap((flaw) => (flaw ? [flaw] : []));
}

interface Extension {
  critical: boolean;
  /** In DER. */
  value: Buffer;
}

/** BIT STRING: the number of bits that are not used, then the bits. */
const signsCertificates = (usage: Extension | undefined) =>
  usage !== undefined && ((first(usage.value)[1] ?? 0) & KEY_CERT_SIGN) !== 0;

const namesKey = ({ value }: Extension) => elements(first(value)).next().value?.[0] === KEY_IDENTIFIER;

/** The extensions of a certificate. Node shows only a few of them. */
function extensionsOf(der: Buffer): Map<string, Extension> {
  const body = first(first(der));
  const list = [...elements(body)].find(([tag]) => tag === 0xa3)?.[1];
  if (!list) return new Map();
  return new Map(
    [...elements(first(list))].map(([, extension]) => {
      const [id, ...rest] = elements(extension);
      // BOOLEAN, which DER leaves out where it is false.
      const critical = rest[0]?.[0] === 0x01;
      return [id?.[1].toString('hex') ?? '', { critical, value: rest.at(-1)?.[1] ?? Buffer.alloc(0) }];
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
