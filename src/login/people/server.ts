// Where a person logs in, Dex or any other OpenID provider: its endpoints, what requests carry, and how it gives tokens.

import type { Settings } from '../../settings/types.js';
import { withOfflineAccess } from '../../settings/validate.js';
import { printable } from '../../util/text.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { type Client, type Grant, type GrantContext, grant } from '../dex/grant.js';
import { isEntra } from '../openid/job-token.js';
import { findProvider, type Provider } from '../openid/provider.js';
import { onlySet } from '../openid/token-login.js';
import { requireTrusted } from '../openid/trust.js';
import { credentialOf } from '../token-method.js';
import { withAudience } from '../with-audience.js';
import { type Endpoints, endpointsOf, endpointsOfDex } from './endpoints.js';
import { AT_DEX, AT_PROVIDER, type Names } from './names.js';
import { providerGrant } from './provider-grant.js';

/** A server at which a person logs in. */
export interface PersonServer extends Endpoints {
  /** What names it, without a slash at its end: dex-url, or the issuer. */
  address: string;
  /** The issuer as the server has it. */
  issuer: string;
  client: Client & { scopes: string };
  /** Parameters of each request, and of the authorization request alone. */
  parameters: Record<string, string>;
  authorizationParameters: Record<string, string>;
  names: Names;
  tokenEndpoint: string;
  /** Requests tokens. @throws AuthError */
  grant: (context: GrantContext, request: Grant) => Promise<TokenCredential>;
}

/**
 * The server that the settings name, or the one at which oauth2-proxy logs in.
 * @throws AuthError; its id is "issuer-elsewhere" where nobody but oauth2-proxy on another host names it
 */
export async function personServer(context: Context, settings: Settings): Promise<PersonServer> {
  if (settings.at !== 'provider') return dex(context, settings);
  const provider = await context.step('OpenID provider found', () => findProvider(context, settings));
  context.note(`issuer: ${printable(provider.issuer)}`);
  // The person would enter a password at its page.
  requireTrusted(provider, settings.trackingUri);
  return other(provider, settings);
}

async function dex(context: Context, settings: Settings): Promise<PersonServer> {
  const scopes = withOfflineAccess(settings.scopes);
  const { dexUrl, namedConnector } = settings;
  const [client, endpoints] = await Promise.all([
    withAudience(context, { ...settings, scopes }),
    context.step('OpenID provider found', () => endpointsOfDex(context.http, dexUrl)),
  ]);
  return {
    ...endpoints,
    address: dexUrl,
    issuer: dexUrl,
    client,
    parameters: {},
    authorizationParameters: namedConnector ? { connector_id: namedConnector } : {},
    names: AT_DEX,
    tokenEndpoint: `${dexUrl}/token`,
    grant: async (given, request) => credentialOf(await grant(given, client, request)),
  };
}

function other(provider: Provider, settings: Settings): PersonServer {
  const { audience, resource } = settings;
  const { issuer } = provider;
  const client = { ...settings, scopes: settings.scopes || usualScopes(provider) };
  const offline = client.scopes.split(' ').includes('offline_access');
  return {
    ...endpointsOf(provider),
    address: issuer.replace(/\/$/, ''),
    issuer,
    client,
    parameters: onlySet({ audience, resource }),
    // Required with it (OpenID Connect Core, 11); at Entra it would ask again where an administrator has consented for all.
    authorizationParameters: offline && !isEntra(issuer) ? { prompt: 'consent' } : {},
    names: AT_PROVIDER,
    tokenEndpoint: provider.tokenEndpoint,
    grant: providerGrant(provider, settings),
  };
}

/** Those for a person, as far as the provider lists its scopes. */
function usualScopes({ document }: Pick<Provider, 'document'>): string {
  const listed = document.scopes_supported;
  const usual = ['openid', 'email', 'offline_access'];
  return usual.filter((scope) => !Array.isArray(listed) || listed.includes(scope)).join(' ');
}
