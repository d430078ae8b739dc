// The login `implicit`: the ID token comes in the fragment of the redirect (OpenID Connect Core, 3.2), for the client of
// the MLflow proxy itself and without its secret.

import * as oauth from 'oauth4webapi';
import { AuthError } from '../../errors/errors.js';
import type { Settings } from '../../settings/types.js';
import { authenticate } from '../authenticate.js';
import { requireState } from '../check-state.js';
import type { Context } from '../context.js';
import { withCookies } from '../cookies-kept.js';
import { checkIdToken } from '../dex/grant.js';
import { requireListed } from '../dex/issuer.js';
import type { LoginWay } from '../login-way.js';
import { credentialOf } from '../token-method.js';

const TYPE = 'id_token';

const probe = ({ http }: Pick<Context, 'http'>, { dexUrl }: Pick<Settings, 'dexUrl'>) =>
  requireListed(http, dexUrl, 'response_types_supported', TYPE, 'implicit-off');

/** Like the other ways, it sends the password once: what is wrong with the token is no reason to log in again. */
const login: LoginWay['login'] = async (given, settings) => {
  const context = { ...given, http: withCookies(given.http, settings) };
  const { platform, clientId, redirectUri, scopes } = settings;
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: TYPE,
    scope: scopes,
    state,
    nonce,
  });
  await context.step('implicit flow supported by Dex', () => probe(context, settings));
  // At the login API where there is one, else at the pages of Dex.
  const account = { ...settings, login: platform ? 'platform' : 'dex', loginOpen: true } as const;
  const parameters = await authenticate(context, account, query.toString(), true);
  requireState(parameters, state);
  const idToken = (parameters.get(TYPE) ?? '').trim();
  if (!idToken) {
    const tried = { what: 'read the ID token from the login response' };
    throw new AuthError({ request: 'login', tried, diagnosis: { id: 'id-token-missing', facts: {} } });
  }
  await checkIdToken(context, settings, idToken, nonce);
  return { credential: credentialOf({ idToken, refreshToken: undefined }), repeated: false };
};

export const way: LoginWay = { probe, login };
