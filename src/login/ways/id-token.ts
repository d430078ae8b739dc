// The login by id-token: the ID token of a CI job is the credential itself, for servers that trust its issuer.

import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { ciToken } from '../keyless/ci-token.js';
import type { LoginWay } from '../login-way.js';
import { credentialOf } from '../token-method.js';

/**
 * For oauth2-proxy with --extra-jwt-issuers, and for MLflow servers that take a Kubernetes service account token as bearer.
 * @throws AuthError
 */
async function idTokenLogin(context: Context, { idToken: source }: Settings): Promise<TokenCredential> {
  if (!source) throw new Error('no ID token of a CI job: log in again');
  const { token } = await context.step('ID token of the CI job received', () => ciToken(context, source));
  const credential = credentialOf({ idToken: token, refreshToken: undefined });
  // The kubelet replaces the file, so it is read for each request.
  return source.kind === 'file' ? { ...credential, file: source.path } : credential;
}

export const way: LoginWay = {
  login: async (context, settings) => ({ credential: await idTokenLogin(context, settings), repeated: false }),
};
