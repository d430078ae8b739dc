// Puts together what is handed over, for each caller: the folder for the SDK, the variables, and what stands in their way.

import { resolve } from 'node:path';
import { trustedRoots } from '../http/trust.js';
import type { Credential } from '../login/credential.js';
import type { Sources } from '../settings/sources.js';
import type { Settings } from '../settings/types.js';
import { isPasswordLogin } from '../settings/ways.js';
import { moment } from '../util/clock.js';
import { type Folder, writeFolder } from './folder.js';
import { overridesOf } from './overrides.js';
import type { PrivateFolder } from './private-folder.js';
import { expiresSoon, tooShort, withLogin } from './renewal-rules.js';
import { renewCommand, settingsToKeep } from './renewal-state.js';
import { removeSecrets } from './secret-files.js';
import { writeFirstState } from './state-file.js';
import { type Variable, variablesFor } from './variables.js';

/**
 * Writes the folder, where there is to be one, and lists the variables.
 * Where writing fails, no secret stays in the folder.
 * @param settings with the file of the refresh token, if renewals are to keep it up to date
 * @param folder to write, or undefined for none
 * @param warn gets everything that would keep the SDK from using the credential
 */
export function handOver(
  credential: Credential,
  settings: Settings,
  folder: PrivateFolder | undefined,
  sources: Pick<Sources, 'env' | 'readFile'>,
  warn: (text: string) => void,
): Variable[] {
  const written = folder && writeAll(credential, settings, folder);
  for (const text of obstaclesOf(credential, settings, folder !== undefined, sources)) warn(text);
  const certificates = settings.ca?.path && resolve(settings.ca.path);
  return variablesFor({ credential, settings, folder: written, pythonPath: sources.env.PYTHONPATH, certificates });
}

/** The variables with one credential each, and its method. */
const ONES = { MLFLOW_TRACKING_TOKEN: 'token', MLFLOW_PROXY_COOKIE: 'cookie' } as const;

/** What would keep the SDK from using the credential, or from renewing it. */
function obstaclesOf(
  credential: Credential,
  settings: Settings,
  withFolder: boolean,
  { env, readFile }: Pick<Sources, 'env' | 'readFile'>,
): string[] {
  const basic = credential.method === 'basic';
  const withProvider = withFolder && !basic;
  const found = overridesOf(env, settings, readFile, withProvider);
  if (settings.renew && isPasswordLogin(settings.login) && credential.method === 'token' && !credential.refreshToken)
    found.push(
      'the server returned no refresh token: the credential can be renewed only where MLFLOW_USERNAME and MLFLOW_PASSWORD are in the environment of the process',
    );
  for (const [name, method] of Object.entries(ONES))
    if (method !== credential.method && env[name])
      found.push(`${name} is still set, by an earlier login or by hand, and does not belong to this login: unset it`);
  const short = settings.renew ? tooShort(credential) : expiresSoon(credential);
  if (short) found.push(short);
  if (!withFolder && credential.method === 'cookie')
    found.push('the MLflow SDK does not read MLFLOW_PROXY_COOKIE: set --dir to install the auth provider');
  // Where there is a folder, its module names the workspace for the Python clients among them.
  if (!withFolder && credential.method !== 'cookie' && settings.workspace)
    found.push(
      `clients that do not read MLFLOW_WORKSPACE use the default workspace of the server: MLflow for Python before 3.10, and those of some other languages. ${basic ? 'The command proxy sends it for them' : 'For Python, set --dir to install the auth provider, which sends the workspace'}`,
    );
  return found;
}

function writeAll(credential: Credential, settings: Settings, folder: PrivateFolder): Folder {
  const { ca } = settings;
  const renew = settings.renew ? renewCommand(folder.path) : undefined;
  // What an earlier login left in the folder is for nobody any more.
  if (credential.method === 'basic') removeSecrets(folder.path);
  try {
    // First, as a renewal of an earlier login in this folder then writes nothing any more.
    if (settings.renew) {
      // The login of just now counts too.
      const logins = settings.password && isPasswordLogin(settings.login) ? withLogin({}, moment()) : [];
      writeFirstState(folder, { settings: settingsToKeep(settings, credential), logins });
    }
    // The SDK trusts nothing but the file it is given, so the CA goes together with the other roots.
    return writeFolder(folder, { credential, target: settings, roots: ca && trustedRoots(ca.pem), renew });
  } catch (error) {
    removeSecrets(folder.path);
    throw error;
  }
}
