// The folder for the MLflow SDK: the credential in a file, the Python provider that sends it, and the CA.

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { UsageError } from '../errors/errors.js';
import type { Credential } from '../login/credential.js';
import { writeWhole } from '../util/files.js';
import { writeCredential } from './credential-file.js';
import { providerSource } from './python/source.js';

/** What the folder is to hold. */
export interface Contents {
  credential: Credential;
  trackingUri: string;
  /** All trusted roots as PEM texts, when there is a private CA. */
  roots: string[] | undefined;
  /** Program and arguments that renew the credential, if it is to be renewed. */
  renew: readonly string[] | undefined;
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

/** Refuses a folder in which others could put code of theirs, which Python would then run. @throws UsageError */
export function requirePrivate(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || process.platform === 'win32') return;
  if (!found.isDirectory()) throw new UsageError(`dir: ${path} is no folder.`);
  if ((found.mode & 0o022) !== 0)
    throw new UsageError(`dir: others may write to ${path}. Make it private: chmod go-w.`);
  // The superuser can put code anywhere.
  if (found.uid !== 0 && found.uid !== ownId(found.uid))
    throw new UsageError(`dir: ${path} belongs to another user. Give a folder of your own.`);
}

/** Our user id; where Deno does not tell it without --allow-sys, the folder counts as ours. */
function ownId(otherwise: number): number {
  try {
    return process.getuid?.() ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Writes all files with mode 0600, each at once or not at all, into a folder that is made with mode 0700. */
export function writeFolder(path: string, { credential, trackingUri, roots, renew }: Contents): Folder {
  const python = resolve(path, PYTHON_FOLDER);
  const distInfo = join(python, `mlflow_auth_provider-${packageJson.version}.dist-info`);
  rmSync(python, { recursive: true, force: true });
  mkdirSync(distInfo, { recursive: true, mode: 0o700 });
  const credentialFile = writeCredential(path, credential, trackingUri, renew);
  writeWhole(join(python, 'mlflow_auth_provider.py'), providerSource);
  // METADATA, since pip complains without it; no RECORD, so that the module is no requirement of a logged model.
  writeWhole(
    join(distInfo, 'METADATA'),
    `Metadata-Version: 2.1\nName: mlflow-auth-provider\nVersion: ${packageJson.version}\n`,
  );
  const entry = 'mlflow-auth = mlflow_auth_provider:MlflowAuthProvider';
  writeWhole(join(distInfo, 'entry_points.txt'), `[mlflow.request_auth_provider]\n${entry}\n`);
  const certificates = roots && resolve(path, 'ca.pem');
  if (certificates) writeWhole(certificates, `${roots.join('\n')}\n`);
  return { credentialFile, python, certificates };
}
