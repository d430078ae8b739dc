// The audience of a token that a client gets which is not that of oauth2-proxy, such as a public client.

import { AuthError } from '../errors/errors.js';
import type { Settings } from '../settings/types.js';
import { isPasswordLogin } from '../settings/ways.js';
import { isVisibleAscii } from '../util/text.js';
import type { Context } from './context.js';
import { CROSS_CLIENT, isDexEndpoint } from './oauth2-proxy/authorization-request.js';
import { startProxyLogin } from './oauth2-proxy/start.js';

type Given = Pick<
  Settings,
  'audience' | 'clientId' | 'clientSecret' | 'dexUrl' | 'login' | 'platform' | 'scopes' | 'trackingUri'
>;

/**
 * Adds the scope with which Dex makes the token for the client of oauth2-proxy too (`trustedPeers`). Which client that is,
 * oauth2-proxy tells in its redirect to the login, unless it was given.
 * @returns the settings with that scope, and with `audience` where it is another client
 * @throws AuthError; its id is "client-secret-missing" where the client is that of oauth2-proxy, which has a secret
 */
export async function withAudience<S extends Given>(context: Context, settings: S): Promise<S> {
  const { audience: given, clientId, clientSecret, login, trackingUri } = settings;
  // A client with a secret is that of oauth2-proxy, unless the user names another audience.
  if (clientSecret && !given && isPasswordLogin(login)) return settings;
  const found = given || (trackingUri && (await clientOfProxy(context, settings)));
  if (!found || found === clientId) return { ...settings, audience: '' };
  const scope = `${CROSS_CLIENT}${found}`;
  const scopes = settings.scopes.split(' ');
  return { ...settings, audience: found, scopes: [...new Set([...scopes, scope])].join(' ') };
}

async function clientOfProxy({ http, note, step }: Context, settings: Given): Promise<string> {
  const { clientId, clientSecret, login } = settings;
  const { client, tried } = await step('client of oauth2-proxy found', async () => {
    const start = await startProxyLogin(http, settings.trackingUri, true);
    const clients = new URLSearchParams(start.query).getAll('client_id');
    // It becomes part of a scope, in which a space would begin another one.
    const valid = clients.length === 1 && isVisibleAscii(clients[0] ?? '');
    const own = valid && (await isDexEndpoint(http, start, settings));
    // Another Dex's client, or another party's, is no audience for a token of this one.
    const flaw = !valid
      ? 'with an invalid "client_id", or more than one'
      : `to ${start.endpoint.origin}, which is not this Dex`;
    if (!own)
      throw new AuthError({
        request: 'proxy',
        tried: start.tried,
        diagnosis: { id: 'foreign-login', facts: { flaw } },
      });
    return { client: clients[0] ?? '', tried: start.tried };
  });
  if (client === clientId && !clientSecret && isPasswordLogin(login))
    throw new AuthError({ request: 'proxy', tried, diagnosis: { id: 'client-secret-missing', facts: { client } } });
  if (client !== clientId) note(`audience: ${client} (the client of the MLflow proxy)`);
  return client;
}
