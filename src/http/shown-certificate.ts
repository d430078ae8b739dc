// The certificate that a server showed, kept with the error of a connection that did not trust it.

import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ShownCertificate } from '../errors/failure.js';
import { day, shortName } from './certificate-facts.js';

/** Certificates of a chain to look at, at most. */
const LONGEST_CHAIN = 10;

/** The certificates that a server shows, its own first; those of its issuers follow as far as they are known. */
export function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let one = socket.getPeerCertificate(true);
  while (one?.raw && chain.length < LONGEST_CHAIN) {
    chain.push(new X509Certificate(one.raw));
    const next = one.issuerCertificate;
    if (!next || next.fingerprint256 === one.fingerprint256) break;
    one = next;
  }
  return chain;
}

const shown = new WeakMap<Error, ShownCertificate>();

/** Keeps what certificate was shown when this error came up. */
export function noteShown(error: unknown, chain: readonly X509Certificate[]): void {
  const [own, last] = [chain[0], chain.at(-1)];
  if (!own || !last || !(error instanceof Error)) return;
  shown.set(error, {
    subject: shortName(own.subject),
    issuer: shortName(own.issuer),
    from: day(own.validFrom),
    to: day(own.validTo),
    length: chain.length,
    end: shortName(last.issuer),
    selfSigned: own.subject === own.issuer,
  });
}

/** The certificate that was shown when an error came up, or one of its causes; undefined where none is known. */
export function shownIn(error: unknown): ShownCertificate | undefined {
  return error instanceof Error ? (shown.get(error) ?? shownIn(error.cause)) : undefined;
}
