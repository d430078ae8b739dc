// The folder for the MLflow SDK: the credential in a file, the Python provider that sends it, and the CA.

import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { Credential } from '../credential.js';
import { providerSource } from '../python/source.js';

/** What the folder is to hold. */
export interface Contents {
  credential: Credential;
  trackingUri: string;
  /** All trusted roots as PEM texts, when there is a private CA. */
  roots: string[] | undefined;
}

/** Where things are in it. */
export interface Folder {
  credentialFile: string;
  /** To be put on PYTHONPATH. */
  python: string;
  certificates: string | undefined;
}

/** Its own name, so that it can be told apart on a PYTHONPATH. */
export const PYTHON_FOLDER = 'mlflow-auth-python';

/** Writes all files with mode 0600, each at once or not at all, into a folder that is made with mode 0700. */
export function writeFolder(path: string, { credential, trackingUri, roots }: Contents): Folder {
  const python = resolve(path, PYTHON_FOLDER);
  const distInfo = join(python, `mlflow_auth_provider-${packageJson.version}.dist-info`);
  mkdirSync(distInfo, { recursive: true, mode: 0o700 });
  const credentialFile = resolve(path, 'credential.json');
  write(credentialFile, credentialJson(credential, trackingUri));
  write(join(python, 'mlflow_auth_provider.py'), providerSource);
  // METADATA, since pip complains without it; no RECORD, so that the module is no requirement of a logged model.
  write(
    join(distInfo, 'METADATA'),
    `Metadata-Version: 2.1\nName: mlflow-auth-provider\nVersion: ${packageJson.version}\n`,
  );
  const entry = 'mlflow-auth = mlflow_auth_provider:MlflowAuthProvider';
  write(join(distInfo, 'entry_points.txt'), `[mlflow.request_auth_provider]\n${entry}\n`);
  const certificates = roots && resolve(path, 'ca.pem');
  if (certificates) write(certificates, `${roots.join('\n')}\n`);
  return { credentialFile, python, certificates };
}

/** What src/python/mlflow_auth_provider.py reads. */
function credentialJson(credential: Credential, trackingUri: string): string {
  return JSON.stringify({
    tracking_uri: trackingUri,
    method: credential.method,
    value: credential.method === 'token' ? credential.token : credential.cookie,
    expires_at: credential.expiresAt?.toISOString(),
  });
}

function write(path: string, text: string): void {
  const unfinished = `${path}.${randomUUID()}`;
  writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
  renameSync(unfinished, path);
}
