// The file with the credential: what src/sdk/python/mlflow_auth_provider.py reads, and renewals replace.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { jsonObject } from '../http/response.js';
import { type CookieCredential, type Credential, fingerprint, type TokenCredential } from '../login/credential.js';
import type { Target } from '../login/workspace-proof.js';
import { uptime } from '../util/clock.js';
import type { PrivateFolder } from './private-folder.js';
import { renewAfter } from './renewal-rules.js';

export const CREDENTIAL_FILE = 'credential.json';

/** Fingerprints of earlier credentials in the file: those of a day and more, at one renewal in ten minutes. */
const MAX_FINGERPRINTS = 200;

/** Absent fields are not known. Times of day are ISO 8601, and for people alone; what is counted are seconds. */
export interface CredentialFile {
  tracking_uri: string;
  method: (TokenCredential | CookieCredential)['method'];
  value: string;
  /** Where the value is read from for each request in place of this file, since it is replaced there. */
  value_file?: string | undefined;
  /** That of the login, for SDKs that do not support workspaces. */
  workspace?: string | undefined;
  issued_at?: string | undefined;
  expires_at?: string | undefined;
  /** How long it lives. */
  life?: number | undefined;
  /** How long after its receipt it is due for renewal. */
  renew_after?: number | undefined;
  /** When it was received: seconds since the machine started, and the id of that start. */
  received_at_uptime?: number | undefined;
  boot_id?: string | undefined;
  /** Program and arguments that renew it. */
  renew?: readonly string[] | undefined;
  /** Fingerprints of the last credentials in this folder: an environment may hold any of them still. */
  known?: readonly string[] | undefined;
}

/**
 * Writes the credential alone, for the first time or again.
 * @param target what it is for
 * @returns the path of its file
 */
export function writeCredential(
  folder: PrivateFolder,
  credential: Credential,
  { trackingUri, workspace }: Target,
  renew: readonly string[] | undefined,
): string {
  if (credential.method === 'basic') throw new Error('no file holds username and password');
  const value = credential.method === 'token' ? credential.token : credential.cookie;
  const valueFile = credential.method === 'token' ? credential.file : undefined;
  // What is known of the first value is not known of those that follow it in its file.
  const { life, expiresAt } = valueFile === undefined ? credential : { life: undefined, expiresAt: undefined };
  const received = uptime();
  const file: CredentialFile = {
    tracking_uri: trackingUri,
    method: credential.method,
    value,
    value_file: valueFile && resolve(valueFile),
    workspace,
    issued_at: new Date().toISOString(),
    expires_at: isoTime(expiresAt),
    life,
    renew_after: life === undefined ? undefined : renewAfter(life),
    received_at_uptime: received?.seconds,
    boot_id: received?.boot,
    renew,
    known: [fingerprint(value), ...knownIn(folder.path)].slice(0, MAX_FINGERPRINTS),
  };
  return folder.write(CREDENTIAL_FILE, JSON.stringify(file));
}

/** A time that Python can read too, which knows no year beyond 9999. */
function isoTime(time: Date | undefined): string | undefined {
  const text = time?.toISOString();
  return text && /^\d{4}-/.test(text) ? text : undefined;
}

/** Fingerprints in a file that may be there already, whoever left it. */
function knownIn(dir: string): readonly string[] {
  try {
    const { known } = jsonObject(readFileSync(join(dir, CREDENTIAL_FILE), 'utf8')) ?? {};
    return Array.isArray(known) ? known.filter((one) => typeof one === 'string' && /^[0-9a-f]{64}$/.test(one)) : [];
  } catch {
    return [];
  }
}

/** @throws Error when there is none, or it is damaged */
export function readCredential(dir: string): CredentialFile {
  const path = join(dir, CREDENTIAL_FILE);
  const file: Record<string, unknown> = jsonObject(readFileSync(path, 'utf8')) ?? {};
  const good =
    typeof file.tracking_uri === 'string' &&
    (file.method === 'token' || file.method === 'cookie') &&
    typeof file.value === 'string' &&
    ['value_file', 'issued_at', 'expires_at', 'boot_id'].every((name) =>
      ['string', 'undefined'].includes(typeof file[name]),
    ) &&
    ['life', 'renew_after', 'received_at_uptime'].every((name) => isSeconds(file[name]));
  if (!good) throw new Error(`${path} is damaged: log in again`);
  return file as unknown as CredentialFile;
}

function isSeconds(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0);
}

/** Seconds since the credential was received. @returns undefined where this machine's clock cannot tell */
export function ageOf({ received_at_uptime: received, boot_id }: CredentialFile): number | undefined {
  const now = uptime();
  if (received === undefined || now === undefined || now.boot !== boot_id || now.seconds < received) return undefined;
  return now.seconds - received;
}
