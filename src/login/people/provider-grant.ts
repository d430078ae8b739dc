// The tokens of a person's login at an OpenID provider other than Dex: one request, and which of the tokens is the credential.

import { AuthError, errorCodes } from '../../errors/errors.js';
import { responseError } from '../../http/response.js';
import type { Settings } from '../../settings/types.js';
import type { TokenCredential } from '../credential.js';
import { type Grant, type GrantContext, post, receive } from '../dex/grant.js';
import type { Provider } from '../openid/provider.js';
import { credentialIn } from '../openid/token-login.js';

/** @returns what requests tokens there; the check of a grant is that of Dex, and not used */
export function providerGrant(provider: Provider, settings: Settings) {
  const server = { issuer: provider.issuer, token_endpoint: provider.tokenEndpoint };
  const client = { client_id: settings.clientId };
  return async (context: GrantContext, request: Grant): Promise<TokenCredential> => {
    const { stage, what } = request;
    const tried = { what, method: 'POST', address: provider.tokenEndpoint } as const;
    const answer = await post(context.http, request, server, client).catch((error) => {
      if (error instanceof AuthError) throw error;
      // The library refuses the redirect of another issuer (RFC 9207).
      const text = errorCodes(error)[0] ?? 'no valid response to the login';
      throw new AuthError({ request: stage, tried, diagnosis: { id: 'token-response', facts: { text } } });
    });
    const json = receive(context, answer);
    if (answer.status !== 200 || !json) throw responseError(answer, stage);
    return credentialIn(json, answer, provider, settings, { stage, keepsRefreshToken: true });
  };
}
