// A CA of the tests' own, and certificates that it signs.

import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import forge from 'node-forge';
import { keyFor } from './keys.js';

export interface Certificate {
  cert: string;
  key: string;
}

/** What may be wrong with a certificate, on purpose. */
export interface Flaws {
  /** Names and addresses in the certificate, in place of the usual ones of this machine. */
  hosts?: string[];
  expired?: boolean;
  /** Signed by itself in place of the tests' CA. */
  selfSigned?: boolean;
  /** The CA that signs it, in place of the tests' own. */
  issuer?: Authority;
  /** It does not name the key of its issuer, which Python 3.13 and later demand. */
  lax?: boolean;
  /** It names its issuer and serial number in place of the key. */
  keyless?: boolean;
  /** It has no subject, and its alternative names are not critical. */
  nameless?: boolean;
  /** It says that its key signs certificates, and not that it is a CA. */
  signs?: boolean;
}

/** A CA, as PEM and as forge signs with it. */
export type Authority = Certificate & { forgeKey: forge.pki.rsa.PrivateKey; forgeCert: forge.pki.Certificate };

/** What may be wrong with a CA, on purpose. */
export interface AuthorityFlaws {
  name?: string;
  /** An intermediate CA, signed by this one. */
  issuer?: Authority;
  expired?: boolean;
  /** Extensions to leave out, as node-forge calls them. */
  lacks?: string[];
  /** Its Basic Constraints are not critical. */
  uncritical?: boolean;
}

const DAY = 86_400_000;
const HOSTS = ['localhost', '127.0.0.1', 'platform.test'];

let usual: Certificate | undefined;
let authority: Authority | undefined;

/** The tests' CA. */
export function testAuthority() {
  authority ??= makeAuthority(keyFor('authority'));
  return authority;
}

/** The certificate of a server without flaws. */
export function usualCertificate(): Certificate {
  usual ??= serverCertificate();
  return usual;
}

/** A server certificate that the tests' CA signed, unless that is its flaw; `random` is 8 bytes for its serial number. */
export function serverCertificate(
  { hosts = HOSTS, expired = false, selfSigned = false, issuer = testAuthority(), ...strict }: Flaws = {},
  random = randomBytes(8),
): Certificate {
  const { forgeKey, forgeCert } = issuer;
  const { certificate, key } = blank('mlflow-auth test server', random, keyFor('server'));
  if (expired) {
    certificate.validity.notBefore = new Date(Date.now() - 3 * DAY);
    certificate.validity.notAfter = new Date(Date.now() - 2 * DAY);
  }
  if (strict.nameless) certificate.setSubject([]);
  certificate.setIssuer((selfSigned ? certificate : forgeCert).subject.attributes);
  const altNames = hosts.map((host) => (/^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host }));
  certificate.setExtensions([
    { name: 'subjectAltName', altNames },
    { name: 'extKeyUsage', serverAuth: true },
    ...(strict.signs ? [{ name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true }] : []),
    ...(strict.lax ? [] : [{ name: 'authorityKeyIdentifier', ...issuerOf(forgeCert, strict.keyless) }]),
  ]);
  certificate.sign(selfSigned ? forge.pki.privateKeyFromPem(key) : forgeKey, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key };
}

const issuerOf = (certificate: forge.pki.Certificate, keyless = false) =>
  keyless
    ? { authorityCertIssuer: certificate.issuer, serialNumber: certificate.serialNumber }
    : { keyIdentifier: certificate.generateSubjectKeyIdentifier().getBytes() };

/** A CA of the same name, with a key of its own unless one is given. */
export function makeAuthority(
  keyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  { name = 'mlflow-auth test CA', issuer, expired = false, lacks = [], uncritical = false }: AuthorityFlaws = {},
): Authority {
  const { certificate, key } = blank(name, randomBytes(8), keyObject);
  const forgeKey = forge.pki.privateKeyFromPem(key);
  if (expired) certificate.validity.notAfter = new Date(Date.now() - DAY / 2);
  certificate.setIssuer((issuer?.forgeCert ?? certificate).subject.attributes);
  const extensions = [
    { name: 'basicConstraints', cA: true, critical: !uncritical },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ];
  certificate.setExtensions(extensions.filter((one) => !lacks.includes(one.name)));
  certificate.sign(issuer?.forgeKey ?? forgeKey, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key, forgeKey, forgeCert: certificate };
}

function blank(name: string, random: Buffer, keyObject: KeyObject) {
  const key = keyObject.export({ type: 'pkcs1', format: 'pem' }).toString();
  const { n, e } = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(n, e);
  // DER allows no needless zeros in front of an integer (X.690 §8.3.2), so the first byte is never one.
  certificate.serialNumber = `01${random.toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - DAY);
  certificate.validity.notAfter = new Date(Date.now() + 2 * DAY);
  certificate.setSubject([{ name: 'commonName', value: name }]);
  return { certificate, key };
}
