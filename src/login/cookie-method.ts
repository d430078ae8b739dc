// The cookie method: oauth2-proxy begins and ends the login, mlflow-auth does in between what a browser would; the result is its session cookie.

import type { Account } from './account.js';
import { authenticate } from './authenticate.js';
import { codeFrom } from './check-state.js';
import type { Context } from './context.js';
import { withCookies } from './cookies-kept.js';
import { type CookieCredential, secretsOf } from './credential.js';
import { checkAuthorizationRequest, type Expected } from './oauth2-proxy/authorization-request.js';
import { finishProxyLogin } from './oauth2-proxy/callback.js';
import { startProxyLogin } from './oauth2-proxy/start.js';

export interface CookieRequest extends Account, Expected {
  /** Name of the session cookie, if the CSRF cookie does not show it. */
  cookieName: string | undefined;
}

/** Seconds after which the ID token in the session expires by default, whatever the cookie says: renewals go by it. */
const TOKEN_LIFE = 86_400;

/**
 * Logs in and returns the session cookie.
 * @param retry whether what comes before the password may be tried again; not after a password was sent
 * @throws AuthError
 */
export async function cookieMethod(context: Context, request: CookieRequest, retry = true): Promise<CookieCredential> {
  const { http, mask, step } = context;
  const { trackingUri, cookieName } = request;
  const starting = step('login begun at oauth2-proxy', async () => {
    const login = await startProxyLogin(http, trackingUri, retry);
    await checkAuthorizationRequest(http, login, request);
    return login;
  });
  const parameters = await authenticate(
    { ...context, http: withCookies(http, request) },
    request,
    starting.then((login) => login.query),
    retry,
  );
  const login = await starting;
  codeFrom(parameters, login.state);
  const { parts, maxAge } = await step('code exchanged for a session cookie', () =>
    finishProxyLogin(http, login, parameters, cookieName),
  );
  const cookie = parts.map(({ name, value }) => `${name}=${value}`).join('; ');
  const life = Math.min(maxAge ?? TOKEN_LIFE, TOKEN_LIFE);
  // The token inside may expire earlier, and neither the cookie nor /oauth2/userinfo says when.
  const credential: CookieCredential = { method: 'cookie', cookie, identity: '', expiresAt: undefined, life };
  for (const secret of secretsOf(credential)) mask(secret);
  return credential;
}
