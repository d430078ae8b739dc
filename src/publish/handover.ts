// Puts together what is handed over, for either door: the folder for the SDK, the variables, and what stands in their way.

import { resolve } from 'node:path';
import type { Credential } from '../credential.js';
import type { Settings } from '../settings/settings.js';
import { trustedRoots } from '../trust.js';
import { writeFolder } from './folder.js';
import { overridesOf } from './overrides.js';
import { type Variable, variablesFor } from './variables.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Writes the folder, where there is to be one, and lists the variables.
 * @param dir folder to write, or undefined for none
 * @param warn told of everything that would keep the SDK from using the credential
 */
export function handOver(
  credential: Credential,
  settings: Settings,
  dir: string | undefined,
  env: Env,
  readFile: (path: string) => string,
  warn: (text: string) => void,
): Variable[] {
  const { ca, trackingUri } = settings;
  // The SDK trusts nothing beside the file it is given, so our CA goes together with the other roots.
  const folder = dir ? writeFolder(dir, { credential, trackingUri, roots: ca && trustedRoots(ca.pem) }) : undefined;
  for (const text of overridesOf(env, trackingUri, readFile, folder !== undefined)) warn(text);
  if (!folder && credential.method === 'cookie') {
    warn(
      'the MLflow SDK does not know MLFLOW_PROXY_COOKIE by itself: give --dir, and it gets a provider that sends it',
    );
  }
  const certificates = ca?.path && resolve(ca.path);
  return variablesFor({ credential, settings, folder, pythonPath: env.PYTHONPATH, certificates });
}
