// The login `basic`: username and password are the credential. It makes sure that MLflow wants them, and sends neither.

import { AuthError } from '../../errors/errors.js';
import { factsOf, jsonObject, responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { type BasicCredential, secretsOf } from '../credential.js';
import type { LoginWay } from '../login-way.js';
import { isRejected } from '../rejected.js';

export const way: LoginWay<BasicCredential> = {
  probe: ({ http }, { trackingUri }) => requireBasic(http, trackingUri),

  async login({ http, mask, step, warn }, { trackingUri, username, password, verify }) {
    const credential: BasicCredential = { method: 'basic', username, password, identity: '', expiresAt: undefined };
    for (const secret of secretsOf(credential)) mask(secret);
    // mlflow/server/auth/__init__.py, _authenticate_fastapi_request; its other routes take UTF-8.
    if (/[^ -~]/.test(username + password))
      warn('username or password has characters outside ASCII, which MLflow (3.17) rejects for artifacts and traces');
    // Without a proof, nothing is sent at all.
    if (verify) await step('MLflow requires username and password', () => requireBasic(http, trackingUri));
    return { credential, repeated: false };
  },
};

/** What mlflow-oidc-auth answers to an API request without a login; it takes Basic, and names no scheme. */
const OIDC_AUTH = /^Authentication required$/;

/**
 * Asks MLflow without a login. server-info would not do: basic-auth leaves it open, as it does the health check.
 * @throws AuthError where no password is wanted, or not by MLflow
 */
async function requireBasic(http: Http, trackingUri: string): Promise<void> {
  const what = 'request MLflow without a login';
  const headers = { accept: 'application/json' };
  const address = `${trackingUri}/api/2.0/mlflow/experiments/search?max_results=1`;
  const answer = await http(address, { stage: 'mlflow', what, headers, retry: true });
  const { tried, status } = answer;
  const facts = factsOf(answer);
  const { challenges = [], message = '' } = facts;
  if (status === 401 && (challenges.includes('basic') || OIDC_AUTH.test(message))) return;
  if (status === 200 && jsonObject(answer.body))
    throw new AuthError({ request: 'mlflow', tried, diagnosis: { id: 'basic-not-required', facts: {} } });
  if (!isRejected(facts)) throw responseError(answer, 'mlflow');
  const { got } = responseError(answer, 'mlflow');
  throw new AuthError({ request: 'mlflow', tried, diagnosis: { id: 'basic-other-login', facts: { text: got } } });
}
