// The second half of a proof: MLflow must let the owner of the credential into the workspace.

import { AuthError } from '../errors/errors.js';
import { jsonObject, responseError } from '../http/response.js';
import type { Http, HttpResponse } from '../http/types.js';
import type { Settings } from '../settings/types.js';
import type { Credential } from './credential.js';
import { sizeOf } from './oauth2-proxy/credential-size.js';
import { askServerInfo } from './server-info.js';

/** Where the credential must work. */
export interface Target {
  trackingUri: string;
  workspace: string | undefined;
  /** How and where the credential was made, for advice; unknown where they are absent. */
  login?: Settings['login'];
  at?: Settings['at'];
}

/** What both requests of a proof need. */
export interface ProofRequest extends Target {
  http: Http;
  credential: Credential;
  headers: Record<string, string>;
}

/** Requests at MLflow that prove a large token: its server refuses some of those whose headers arrive in pieces. */
const TRIES_OF_LARGE = 5;

/**
 * Opens the workspace at MLflow, or searches its default one.
 * @returns the first answer, if MLflow takes the credential in each request
 * @throws AuthError
 */
export async function checkWorkspace(proof: ProofRequest): Promise<HttpResponse> {
  const first = await openWorkspace(proof);
  const large = proof.credential.method === 'token' && sizeOf(proof.credential).advice;
  const tries = large ? TRIES_OF_LARGE : 1;
  for (let done = 1; done < tries; done++) await openWorkspace(proof);
  return first;
}

async function openWorkspace({
  http,
  trackingUri,
  workspace,
  credential,
  headers,
}: ProofRequest): Promise<HttpResponse> {
  const request = { stage: 'mlflow', headers } as const;
  if (workspace === undefined) {
    const what = 'search experiments in the default workspace';
    const answer = await http(`${trackingUri}/api/2.0/mlflow/experiments/search?max_results=1`, { ...request, what });
    if (!isMlflow(answer)) throw responseError(answer, 'mlflow');
    return answer;
  }
  const address = `${trackingUri}/api/3.0/mlflow/workspaces/${encodeURIComponent(workspace)}`;
  const named = { ...headers, 'x-mlflow-workspace': workspace };
  const answer = await http(address, { ...request, what: `open the workspace ${workspace}`, headers: named });
  if (isMlflow(answer)) return answer;
  // A server without workspaces answers 404 if it is old, and 503 if they are switched off.
  if (answer.status !== 404 && answer.status !== 503) throw responseError(answer, 'mlflow');
  // Without it the first answer still tells what it tells. basic-auth answers it to anyone, and the first one may be a refusal.
  const known = credential.method === 'basic' ? undefined : credential;
  const about = await askServerInfo(http, trackingUri, known).catch(() => undefined);
  const off = about && (about.answer.status === 404 || about.info?.workspaces_enabled === false);
  if (!off) throw responseError(answer, 'mlflow');
  const facts = { status: answer.status, about: about.answer.status };
  throw new AuthError({ request: 'mlflow', tried: answer.tried, diagnosis: { id: 'workspaces-off', facts } });
}

function isMlflow(answer: HttpResponse): boolean {
  return answer.status === 200 && jsonObject(answer.body) !== undefined;
}
