// What is handed over: the names under which the stock MLflow SDK finds a credential.

import type { Credential } from '../credential.js';
import type { Settings } from '../settings/settings.js';

/** One variable for the SDK. Its value is never empty. */
export interface Variable {
  name: string;
  value: string;
  secret: boolean;
}

/**
 * The variables for the SDK (mlflow/environment_variables.py), in the order in which they are shown.
 * The certificate and "insecure" exclude each other there, and an empty value of the former would turn checks off.
 * @param certificatePath PEM file with the roots for the SDK, if there is a private CA
 */
export function variablesFor(
  credential: Credential,
  settings: Settings,
  certificatePath: string | undefined,
): Variable[] {
  const list = [
    { name: 'MLFLOW_TRACKING_URI', value: settings.trackingUri, secret: false },
    { name: 'MLFLOW_TRACKING_TOKEN', value: credential.token, secret: true },
    { name: 'MLFLOW_WORKSPACE', value: settings.workspace ?? '', secret: false },
    { name: 'MLFLOW_TRACKING_SERVER_CERT_PATH', value: certificatePath ?? '', secret: false },
    { name: 'MLFLOW_TRACKING_INSECURE_TLS', value: settings.insecureTls ? 'true' : '', secret: false },
  ];
  return list.filter(({ value }) => value !== '');
}
