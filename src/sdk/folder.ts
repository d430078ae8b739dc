// The folder for the MLflow SDK: the credential in a file, the Python provider that sends it, and the CA; or the CA alone.

import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Credential } from '../login/credential.js';
import type { Target } from '../login/workspace-proof.js';
import { leftoversOf, writeNew } from '../util/files.js';
import { writeCredential } from './credential-file.js';
import type { PrivateFolder } from './private-folder.js';
import { providerWheel, WHEEL } from './python/wheel.js';

/** What the folder is to hold. */
export interface Contents {
  credential: Credential;
  /** What it is for. */
  target: Target;
  /** All trusted roots as PEM texts, when there is a private CA. */
  roots: string[] | undefined;
  /** Program and arguments that renew the credential, if it is to be renewed. */
  renew: readonly string[] | undefined;
}

/** Where things are in it. */
export interface Folder {
  credentialFile: string | undefined;
  /** To be put on PYTHONPATH. */
  python: string | undefined;
  certificates: string | undefined;
}

/** Its own name, so that it can be recognised on a PYTHONPATH. */
export const PYTHON_FOLDER = 'mlflow-auth-python';

/**
 * Writes all files with mode 0600, each at once or not at all; the secret ones last.
 * @throws Error that names the file, or where the folder is not the one that was opened
 */
export function writeFolder(folder: PrivateFolder, { credential, target, roots, renew }: Contents): Folder {
  // The SDK sends username and password by itself, and nothing renews them: no file holds the password.
  const sendsItself = credential.method === 'basic';
  const python = sendsItself ? undefined : writePython(folder);
  const certificates = roots && folder.write('ca.pem', `${roots.join('\n')}\n`);
  if (sendsItself) return { credentialFile: undefined, python, certificates };
  const credentialFile = writeCredential(folder, credential, target, renew);
  // Whoever exchanged the folder in the meantime must not have his code run.
  folder.check();
  return { credentialFile, python, certificates };
}

/**
 * Makes a new folder for the provider under a name that nobody can know, and puts it in the place of an earlier one.
 * @returns the path of the wheel in it
 */
function writePython(folder: PrivateFolder): string {
  const python = join(folder.path, PYTHON_FOLDER);
  const fresh = `${python}.${randomUUID()}`;
  folder.check();
  for (const left of leftoversOf(python)) rmSync(left, { recursive: true, force: true });
  try {
    mkdirSync(fresh, { mode: 0o700 });
    writeNew(join(fresh, WHEEL), providerWheel());
    folder.check();
    rmSync(python, { recursive: true, force: true });
    renameSync(fresh, python);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return join(python, WHEEL);
}
