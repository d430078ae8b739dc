// Which certificates are trusted: the runtime's own roots, and the CA that the user gives.

import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';

/** The private CA and the roots beside it, as PEM texts. */
export function trustedRoots(pem: string): string[] {
  return [...certificatesIn(pem), ...runtimeRoots()];
}

let roots: string[] | undefined;

/**
 * The runtime's default store (with NODE_EXTRA_CA_CERTS on Node 22.15 and later) and the operating system's, as far as
 * the runtime shows them. Read once, since that takes a while.
 * @param note told, once, when the runtime hides its roots (Deno without --allow-sys)
 */
export function runtimeRoots(note: (text: string) => void = () => {}): string[] {
  const first = roots === undefined;
  roots ??= readRoots();
  if (first && roots.length === 0)
    note('ca-cert alone is trusted: the runtime does not show its own roots (deno run --allow-sys)');
  return roots;
}

function readRoots(): string[] {
  const { getCACertificates } = tls as typeof tls & { getCACertificates?: (store: string) => string[] };
  try {
    if (!getCACertificates) return [...tls.rootCertificates];
    return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  } catch {
    return [];
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a PEM text, which may be a bundle with comments between them. */
export function certificatesIn(pem: string): string[] {
  return pem.match(CERTIFICATE) ?? [];
}

/** The same certificate with its line breaks where PEM has them (RFC 7468, 2), if they were lost or became "\\n". */
export function withLineBreaks(certificate: string): string {
  const [, before = '', body = '', behind = ''] = /^(-+[^-]+-+)([^-]+)(-+[^-]+-+)$/.exec(certificate) ?? [];
  const base64 = body.replace(/\\[nr]|\s/g, '');
  return [before, ...(base64.match(/.{1,64}/g) ?? []), behind].join('\n');
}

/** Whether OpenSSL can read it; it skips what it cannot read without a word. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
