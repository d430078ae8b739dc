// A password grant for oidc-provider, which has none of its own; the refresh grant is that of the package.

import type Provider from 'oidc-provider';
import { errors, type ResourceServer } from 'oidc-provider';

export const USER = 'ann';
export const USER_PASSWORD = 'Xv9-of-each-user';

/** Clients for it: the second one's refresh tokens stay the same. */
export const PASSWORD_CLIENT = 'cli';
export const STEADY_CLIENT = 'cli-steady';

interface Params {
  username?: string;
  password?: string;
  resource?: string;
}

/** @param serverOf what the tokens for a resource are */
export function addPasswordGrant(provider: Provider, serverOf: (resource: string) => ResourceServer): void {
  provider.registerGrantType<Params>(
    'password',
    async (context) => {
      const { client, params } = context.oidc;
      const { username, password, resource = '' } = params;
      if (username !== USER || password !== USER_PASSWORD)
        throw new errors.InvalidGrant('invalid username or password');
      const grant = new provider.Grant({ accountId: USER, clientId: client.clientId });
      grant.addOIDCScope('offline_access');
      grant.addResourceScope(resource, '');
      const common = { accountId: USER, client, grantId: await grant.save(), gty: 'password' };
      const token = new provider.AccessToken({ ...common, scope: '' });
      token.resourceServer = new provider.ResourceServer(resource, serverOf(resource));
      const refresh = new provider.RefreshToken({ ...common, scope: 'offline_access', resource });
      context.body = {
        access_token: await token.save(),
        refresh_token: await refresh.save(),
        expires_in: token.expiration,
        token_type: 'Bearer',
      };
    },
    ['username', 'password', 'resource', 'scope'],
  );
}
