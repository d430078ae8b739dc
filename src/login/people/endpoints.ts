// What an OpenID provider offers a person, by its discovery document: Dex at the address by which it is reached, another one where it says.

import { AuthError } from '../../errors/errors.js';
import { isText } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { printable } from '../../util/text.js';
import { parseUrl } from '../../util/url.js';
import { requestDiscovery, requireDocument } from '../discovery.js';
import type { Provider } from '../openid/provider.js';
import type { Source } from '../openid/trust.js';

/** RFC 8628, 3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** The endpoints of a provider; those that it does not list are undefined. */
export interface Endpoints {
  authorization: URL | undefined;
  /** RFC 8628, 3.1. */
  device: URL | undefined;
  /** Where a page that an answer of the provider names is reached. @throws AuthError for one that nobody should open */
  reach: (name: string, address: string, source: Source) => URL;
}

/** RFC 7009, 2. */
export interface Revocation {
  revocation: URL | undefined;
}

/**
 * Reads the discovery document of Dex (OpenID Connect Discovery, 3; RFC 8414, 2).
 * @throws AuthError where there is none, or where it names another server: a document cannot send a login elsewhere
 */
export async function endpointsOfDex(http: Http, dexUrl: string): Promise<Endpoints & Revocation> {
  const discovery = await requestDiscovery(http, dexUrl, 'discovery');
  const document = requireDocument(discovery, 'discovery');
  const ofDocument: Source = { request: 'discovery', tried: discovery.answer.tried };
  const reach = (name: string, address: string, source = ofDocument): URL => {
    const url = reachedAt(address.trim(), `${document.issuer}`.trim(), dexUrl);
    if (url) return url;
    const facts = { name, address: printable(address) };
    throw new AuthError({ ...source, diagnosis: { id: 'endpoint-elsewhere', facts } });
  };
  const endpoint = (name: string, usual?: string) => {
    const address = document[name];
    if (typeof address === 'string') return reach(name, address);
    return usual === undefined ? undefined : new URL(dexUrl + usual);
  };
  const grants = document.grant_types_supported;
  const listed = Array.isArray(grants) ? grants.includes(DEVICE_GRANT) : undefined;
  const device = () => endpoint('device_authorization_endpoint', listed ? '/device/code' : undefined);
  return {
    authorization: endpoint('authorization_endpoint') ?? new URL(`${dexUrl}/auth`),
    // Dex answers at the endpoint even where the grant is off.
    device: listed === false ? undefined : device(),
    revocation: endpoint('revocation_endpoint'),
    reach,
  };
}

/**
 * Those of any other provider. One that is set may have them on several hosts: Entra's page for codes is at microsoft.com.
 * @throws AuthError where one of them is not safe to use
 */
export function endpointsOf(provider: Provider): Endpoints {
  const { grants, endpoint } = provider;
  return {
    authorization: listed(provider, 'authorization_endpoint'),
    // Some list the endpoint even where the grant is off.
    device: grants && !grants.includes(DEVICE_GRANT) ? undefined : listed(provider, 'device_authorization_endpoint'),
    reach: endpoint,
  };
}

/** The endpoint that no login uses. @throws AuthError where it is not safe to use */
export const revocationOf = (provider: Provider): Revocation => ({
  revocation: listed(provider, 'revocation_endpoint'),
});

function listed({ document, endpoint }: Provider, name: string): URL | undefined {
  const address = document[name];
  return isText(address) ? endpoint(name, address) : undefined;
}

/**
 * An issuer that nobody reaches, as in Kubeflow, names itself in each address: what is below it is reached below dex-url.
 * @returns undefined for the address of another server
 */
export function reachedAt(address: string, issuer: string, dexUrl: string): URL | undefined {
  const [url, named, base] = [parseUrl(address), parseUrl(issuer), new URL(dexUrl)];
  if (!url || url.username || url.password) return undefined;
  if (url.origin === base.origin) return url;
  const path = named?.pathname.replace(/\/$/, '') ?? '';
  if (!/^https?:$/.test(url.protocol) || url.origin !== named?.origin || !url.pathname.startsWith(`${path}/`))
    return undefined;
  return new URL(dexUrl + url.pathname.slice(path.length) + url.search);
}
