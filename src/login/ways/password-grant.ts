// The login `password-grant`: username and password go to the token endpoint itself (RFC 6749, 4.3), of an OpenID provider, or
// of Dex where that has a connector for it (oauth2.passwordConnector).

import * as oauth from 'oauth4webapi';
import type { Settings } from '../../settings/types.js';
import type { Context } from '../context.js';
import { clientAuthentication, grant } from '../dex/grant.js';
import { requireListed } from '../dex/issuer.js';
import type { LoginWay } from '../login-way.js';
import { passwordAtProvider } from '../openid/password.js';
import { credentialOf } from '../token-method.js';
import { withAudience } from '../with-audience.js';

const GRANT = 'password';

const probe = ({ http }: Pick<Context, 'http'>, { dexUrl }: Pick<Settings, 'dexUrl'>) =>
  requireListed(http, dexUrl, 'grant_types_supported', GRANT, 'password-grant-off');

/** The password is sent once: whatever comes back, no second request carries it. */
const atDex: LoginWay['login'] = async (context, settings) => {
  const { step, beforePassword } = context;
  const { username, password } = settings;
  const [request] = await Promise.all([
    withAudience(context, settings),
    step('password grant supported by Dex', () => probe(context, settings)),
  ]);
  beforePassword?.();
  const tokens = await step(`logged in as ${username} (password grant)`, () =>
    grant(context, request, {
      stage: 'password-grant',
      what: `log in as ${username} with the password grant`,
      send: (server, client, options) => {
        const parameters = new URLSearchParams({ username, password, scope: request.scopes });
        return oauth.genericTokenEndpointRequest(
          server,
          client,
          clientAuthentication(request),
          GRANT,
          parameters,
          options,
        );
      },
      check: oauth.processGenericTokenEndpointResponse,
    }),
  );
  return { credential: credentialOf(tokens), repeated: false };
};

export const way: LoginWay = {
  probe,
  login: (context, settings) => (settings.at === 'provider' ? passwordAtProvider : atDex)(context, settings),
};
