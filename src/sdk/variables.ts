// What is handed over: the names under which the stock MLflow SDK finds a credential.

import { basename, delimiter, dirname } from 'node:path';
import type { Credential } from '../login/credential.js';
import type { Settings } from '../settings/types.js';
import { type Folder, PYTHON_FOLDER } from './folder.js';

/** One variable for the SDK. Its value is never empty. */
export interface Variable {
  name: string;
  value: string;
}

/** What variables are made of. */
export interface Parts {
  credential: Credential;
  settings: Settings;
  /** The folder for the SDK, if one was written. */
  folder: Folder | undefined;
  /** The PYTHONPATH that there is. */
  pythonPath: string | undefined;
  /** PEM file for the SDK where no folder was written. */
  certificates: string | undefined;
}

/**
 * The variables for the SDK (mlflow/environment_variables.py), in the order in which they are shown.
 * The certificate and "insecure" exclude each other there, and an empty value of the former would turn checks off.
 */
export function variablesFor({ credential, settings, folder, pythonPath, certificates }: Parts): Variable[] {
  const others = (pythonPath ?? '').split(delimiter).filter((path) => path && !isOurs(path));
  const list = {
    MLFLOW_TRACKING_URI: settings.trackingUri,
    MLFLOW_TRACKING_TOKEN: credential.method === 'token' ? credential.token : '',
    MLFLOW_PROXY_COOKIE: credential.method === 'cookie' ? credential.cookie : '',
    MLFLOW_TRACKING_USERNAME: credential.method === 'basic' ? credential.username : '',
    MLFLOW_TRACKING_PASSWORD: credential.method === 'basic' ? credential.password : '',
    MLFLOW_WORKSPACE: settings.workspace ?? '',
    MLFLOW_TRACKING_SERVER_CERT_PATH: folder?.certificates ?? certificates ?? '',
    MLFLOW_TRACKING_INSECURE_TLS: settings.insecureTls ? 'true' : '',
    MLFLOW_TRACKING_AUTH: folder?.python ? 'mlflow-auth' : '',
    MLFLOW_AUTH_CREDENTIAL_FILE: folder?.credentialFile ?? '',
    PYTHONPATH: folder?.python ? [folder.python, ...others].join(delimiter) : '',
  };
  return Object.entries(list).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/** Whether it is from an earlier login: the wheel in the folder of mlflow-auth, or, of earlier versions, the folder. */
export const isOurs = (path: string): boolean => [path, dirname(path)].some((one) => basename(one) === PYTHON_FOLDER);
