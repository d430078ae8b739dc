// What certificates say of themselves, and what follows for a server that is not trusted, or for the CA that a user gives.

import { X509Certificate } from 'node:crypto';
import { explainBroken } from '../errors/explain.js';
import type { Broken, ShownCertificate } from '../errors/failure.js';
import { strictFlawsOf } from './strict-certificates.js';
import { certificatesIn, isCertificate } from './trust.js';

/** A file of more certificates is a bundle of many CAs, most of which have nothing to do with the platform. */
const OWN_CAS = 5;

/** A name in one word or a few: the common name, or else the organization, or all of it. Node has no text for an empty one. */
export function shortName(name: string | undefined): string {
  if (!name) return '(no name)';
  const part = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(name)?.[1];
  return part('CN') ?? part('O') ?? name.replaceAll('\n', ', ');
}

/** A day, as in 2026-11-26, of a time as OpenSSL prints it. */
export function day(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toISOString().slice(0, 10);
}

function parsed(pem: string): X509Certificate[] {
  const texts = certificatesIn(pem);
  return texts.length > OWN_CAS ? [] : texts.filter(isCertificate).map((text) => new X509Certificate(text));
}

/** What is wrong with the certificates in a PEM text, whoever looks at them. */
function flawsOf(certificates: readonly X509Certificate[], now: Date): string[] {
  return certificates.flatMap(({ ca, subject, issuer, validFrom, validTo }) => {
    const flaws = [
      new Date(validTo) < now && `expired on ${day(validTo)}`,
      new Date(validFrom) > now && `is not valid before ${day(validFrom)}`,
      !ca && subject !== issuer && 'is the certificate of a server, not of a CA',
    ];
    return flaws.flatMap((flaw) => (flaw ? [`"${shortName(subject)}" ${flaw}`] : []));
  });
}

/** CAs whose own issuer is not among them: Node and Python trust no chain that ends at one of them. */
function withoutRoot(certificates: readonly X509Certificate[]): string[] {
  const subjects = new Set(certificates.map(({ subject }) => subject));
  return certificates
    .filter(({ ca, issuer }) => ca && !subjects.has(issuer))
    .map(({ subject }) => `"${shortName(subject)}" is an intermediate CA: add the certificate of its issuer`);
}

/** What to warn of in a private CA, though it may be trusted here: its flaws, and what Python refuses. */
export function warningsOf(pem: string, now = new Date()): string[] {
  const certificates = parsed(pem);
  const strict = certificates.flatMap((certificate) => {
    const flaws = certificate.ca ? strictFlawsOf(certificate, false) : [];
    const name = shortName(certificate.subject);
    return flaws.length > 0 ? [`"${name}" has no ${flaws.join(', ')}, so Python 3.13 and later refuse it`] : [];
  });
  return [...flawsOf(certificates, now), ...strict];
}

/**
 * What to do about a certificate that is not trusted, from what the server showed and what the user gave.
 * @param ca PEM text of the private CA
 * @returns undefined where nothing is known, or something else is wrong
 */
export function trustHint(broken: Broken, ca: string | undefined): string | undefined {
  if (explainBroken(broken).id !== 'certificate-untrusted') return undefined;
  const given = parsed(ca ?? '');
  const flaws = [...flawsOf(given, new Date()), ...withoutRoot(given)].join('; ');
  const hints = [flaws && `Of ca-cert, ${flaws}.`, broken.shown && chainHint(broken.shown)];
  return hints.filter(Boolean).join(' ') || undefined;
}

function chainHint({ selfSigned, length, issuer, end }: ShownCertificate): string {
  if (selfSigned && length === 1) return 'The certificate of the server is self-signed.';
  if (length > 1) return `Its chain ends at "${end}".`;
  return `If "${issuer}" is an intermediate CA, the server must send its certificate as well.`;
}
