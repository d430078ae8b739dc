// Which certificates are trusted: the runtime's own roots, and the CA that the user gives.

import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';

/** The private CA and the roots in addition to it, as PEM texts. */
export function trustedRoots(pem: string): string[] {
  return [...certificatesIn(pem), ...runtimeRoots()];
}

let roots: string[] | undefined;

/**
 * The runtime's default store (with NODE_EXTRA_CA_CERTS on Node 22.15 and later) and the operating system's, as far as
 * the runtime shows them. Read once, since that takes a while.
 * @param note called once when the runtime hides its roots (Deno without --allow-sys)
 */
export function runtimeRoots(note: (text: string) => void = () => {}): string[] {
  const first = roots === undefined;
  roots ??= readRoots();
  if (first && roots.length === 0)
    note('only ca-cert is trusted: the runtime does not provide its own roots (deno run --allow-sys)');
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

/**
 * Certificates that are in base64 once more, as `kubectl get secret -o yaml` shows them, or in base64 of DER.
 * @returns them as PEM text; undefined where the text is neither
 */
export function fromBase64(text: string): string | undefined {
  const base64 = text.replace(/\s/g, '');
  if (!/^[\w+/-]{64,}={0,2}$/.test(base64)) return undefined;
  const decoded = Buffer.from(base64, 'base64');
  const pem = decoded.toString('utf8');
  if (pem.includes('-----BEGIN')) return pem;
  try {
    return new X509Certificate(decoded).toString();
  } catch {
    return undefined;
  }
}

/** Whether OpenSSL can read it; it skips what it cannot read without a word. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** What connections check certificates against. Each context is made once, when it is first needed. */
export interface SecureContexts {
  /** The widest that was needed so far: at first the private CA alone, or without one the runtime's own roots. */
  known: () => tls.SecureContext;
  /** A context that trusts more than the given one; undefined when there is none. */
  widerThan: (used: tls.SecureContext) => tls.SecureContext | undefined;
}

/**
 * Tries the private CA alone first: reading a few hundred roots takes longer than a round trip, and a private CA is
 * given for servers that have their certificates from it.
 * @param ca PEM text of the private CA
 * @param roots PEM texts of the runtime's own roots; called only when they are needed
 */
export function secureContexts(ca: string | undefined, roots: () => string[]): SecureContexts {
  const own = ca === undefined ? undefined : certificatesIn(ca);
  let narrow: tls.SecureContext | undefined;
  let full: tls.SecureContext | undefined;
  const known = () => {
    narrow ??= tls.createSecureContext(own ? { ca: own } : {});
    return full ?? narrow;
  };
  const widerThan = (used: tls.SecureContext) => {
    if (!own || used === full || roots().length === 0) return undefined;
    full ??= tls.createSecureContext({ ca: [...own, ...roots()] });
    return full;
  };
  return { known, widerThan };
}
