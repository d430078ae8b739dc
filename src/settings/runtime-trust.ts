// Certificates that the runtime trusts by its user's choice: without ca-cert, the SDK gets them as well.

import tls from 'node:tls';
import { errorMessage } from '../errors/errors.js';
import { certificatesIn, isCertificate } from '../http/trust.js';
import type { Env } from '../util/env.js';
import type { Sources } from './sources.js';
import type { Settings } from './types.js';

const DENO = 'Deno' in globalThis;
/** The variable that names a file of certificates. */
const FILE = DENO ? 'DENO_CERT' : 'NODE_EXTRA_CA_CERTS';

/**
 * What made the runtime trust the platform, where nobody gave ca-cert.
 * @param note gets what is passed on, and what cannot be
 */
export function runtimeCertificates(
  { env, readFile }: Pick<Sources, 'env' | 'readFile'>,
  note: (text: string) => void,
): Settings['ca'] {
  const path = env[FILE];
  if (path) {
    try {
      const pem = readFile(path);
      if (!certificatesIn(pem).some(isCertificate)) throw new Error('it contains no certificate');
      note(`ca-cert is not set: the MLflow SDK gets the certificates of ${FILE}`);
      return { pem, path, implied: true };
    } catch (error) {
      note(`ca-cert is not set, and the MLflow SDK does not get the certificates of ${FILE}: ${errorMessage(error)}`);
    }
  }
  const store = storeOf(env);
  if (!store) return undefined;
  const pem = systemCertificates();
  note(
    pem
      ? `ca-cert is not set: the MLflow SDK gets the certificates of the system (${store})`
      : `ca-cert is not set, and the MLflow SDK does not use the certificates of the system (${store}): set ca-cert if it cannot connect`,
  );
  return pem ? { pem, path: undefined, implied: true } : undefined;
}

/** What makes the runtime trust the certificates of the operating system. */
function storeOf(env: Env): string | undefined {
  if (DENO) return env.DENO_TLS_CA_STORE?.includes('system') ? 'DENO_TLS_CA_STORE' : undefined;
  if (env.NODE_USE_SYSTEM_CA === '1') return 'NODE_USE_SYSTEM_CA';
  const flags = [...process.execArgv, ...(env.NODE_OPTIONS ?? '').split(/\s+/)];
  return flags.includes('--use-system-ca') ? '--use-system-ca' : undefined;
}

/** As PEM text; '' where the runtime does not show them (Node before 22.15, Deno). */
function systemCertificates(): string {
  const { getCACertificates } = tls as typeof tls & { getCACertificates?: (store: string) => string[] };
  try {
    return getCACertificates?.('system').join('\n') ?? '';
  } catch {
    return '';
  }
}
