// Proves a credential before anyone gets it: oauth2-proxy must know its owner, MLflow must let that owner into the workspace.

import type { Context } from './context.js';
import type { Credential } from './credential.js';
import { jsonObject, refusal } from './dex/answer.js';
import { decodeClaims } from './dex/claims.js';
import { AuthError } from './errors.js';
import type { Answer, Http } from './http.js';

/** Where the credential must work. */
export interface Target {
  trackingUri: string;
  workspace: string | undefined;
}

/**
 * Asks oauth2-proxy who the caller is (`/oauth2/userinfo`) and MLflow for the workspace, at the same time.
 * `experiments/search` would not do for the latter: it answers 200 to an account with no rights at all.
 * @throws AuthError that names the layer at fault; a rejected token before anything that follows from it
 */
export async function verify({ http, step }: Context, target: Target, credential: Credential): Promise<void> {
  const headers = { accept: 'application/json', authorization: `Bearer ${credential.token}` };
  const [identity, workspace] = await Promise.allSettled([
    step('accepted by oauth2-proxy', () => checkIdentity(http, target, headers, credential)),
    step(target.workspace ? `workspace ${target.workspace} open` : 'MLflow answers', () =>
      checkWorkspace(http, target, headers),
    ),
  ]);
  for (const result of [identity, workspace]) if (result.status === 'rejected') throw result.reason;
}

type CredentialHeaders = Record<string, string>;

async function checkIdentity(
  http: Http,
  { trackingUri }: Target,
  headers: CredentialHeaders,
  { token }: Credential,
): Promise<void> {
  const request = { stage: 'proxy', what: 'ask oauth2-proxy who we are', headers } as const;
  const answer = await http(`${trackingUri}/oauth2/userinfo`, request);
  if (answer.status === 200 && jsonObject(answer.body)) return;
  const rejected = answer.status === 401 || (answer.status === 403 && answer.body.trim() === 'Forbidden');
  const mismatch = rejected ? await whyRejected(http, trackingUri, token) : undefined;
  if (!mismatch) throw refusal(answer, 'proxy');
  throw new AuthError({ stage: 'proxy', tried: answer.tried, got: `${answer.status}: ${mismatch}` });
}

/** Compares the token with what oauth2-proxy itself asks for in its redirect to the login. */
async function whyRejected(http: Http, trackingUri: string, token: string): Promise<string | undefined> {
  const request = {
    stage: 'proxy',
    what: 'look at the login of oauth2-proxy',
    headers: { accept: 'text/html' },
  } as const;
  const answer = await http(`${trackingUri}/oauth2/start?rd=%2F`, request).catch(() => undefined);
  const location = answer?.headers.get('location') ?? '';
  if (!answer || !URL.canParse(location, answer.url.href)) return undefined;
  const login = new URL(location, answer.url);
  const claims = decodeClaims(token) ?? {};
  const client = login.searchParams.get('client_id');
  const audiences = [claims.aud].flat();
  if (client && !audiences.includes(client)) {
    return `the token is for client ${audiences.join(', ')}, oauth2-proxy logs in as ${client}`;
  }
  const issuer = typeof claims.iss === 'string' && URL.canParse(claims.iss) ? new URL(claims.iss) : undefined;
  if (issuer && issuer.origin !== login.origin) {
    return `the token is from issuer ${issuer.href}, oauth2-proxy logs in at ${login.origin}`;
  }
  if (typeof claims.exp === 'number' && claims.exp * 1000 < Date.now()) return 'the token has expired';
  return undefined;
}

async function checkWorkspace(
  http: Http,
  { trackingUri, workspace }: Target,
  headers: CredentialHeaders,
): Promise<void> {
  const request = { stage: 'mlflow' } as const;
  if (workspace === undefined) {
    const what = 'search experiments in the default workspace';
    const answer = await http(`${trackingUri}/api/2.0/mlflow/experiments/search?max_results=1`, {
      ...request,
      what,
      headers,
    });
    if (!isMlflow(answer)) throw refusal(answer, 'mlflow');
    return;
  }
  const named = { ...headers, 'x-mlflow-workspace': workspace };
  const address = `${trackingUri}/api/3.0/mlflow/workspaces/${encodeURIComponent(workspace)}`;
  const answer = await http(address, { ...request, what: `open the workspace ${workspace}`, headers: named });
  if (isMlflow(answer)) return;
  if (answer.status !== 404) throw refusal(answer, 'mlflow');
  const info = await http(`${trackingUri}/api/3.0/mlflow/server-info`, {
    ...request,
    what: 'ask for the server info',
    headers,
  });
  const enabled = jsonObject(info.body)?.workspaces_enabled;
  if (enabled === true) throw refusal(answer, 'mlflow');
  const got = `${answer.status}, and server-info says ${info.status}: workspaces are not enabled`;
  throw new AuthError({ stage: 'mlflow', tried: answer.tried, got });
}

function isMlflow(answer: Answer): boolean {
  return answer.status === 200 && jsonObject(answer.body) !== undefined;
}
