// What MLflow tells of itself, which shows whether it is MLflow that answers and whether it has workspaces.

import { jsonObject } from '../http/response.js';
import type { Http, HttpResponse } from '../http/types.js';
import { type Credential, headersOf } from './credential.js';

/**
 * Asks MLflow for its server info (`/api/3.0/mlflow/server-info`, since MLflow 3.10).
 * @param credential undefined to find out whether MLflow answers without a login
 * @returns the answer, and its JSON object if the status is 200 and the body is one
 * @throws AuthError when there is no answer
 */
export async function askServerInfo(
  http: Http,
  trackingUri: string,
  credential: Credential | undefined,
): Promise<{ answer: HttpResponse; info: { workspaces_enabled?: unknown } | undefined }> {
  const headers = { accept: 'application/json', ...(credential ? headersOf(credential) : {}) };
  const request = credential
    ? ({ stage: 'mlflow', what: 'request the server info' } as const)
    : ({ stage: 'proxy', what: 'request MLflow without a login' } as const);
  const answer = await http(`${trackingUri}/api/3.0/mlflow/server-info`, { ...request, headers });
  return { answer, info: answer.status === 200 ? jsonObject(answer.body) : undefined };
}
