// Which OpenID provider a login goes to: the one of the setting issuer, or else the one at which oauth2-proxy itself logs in.

import { AuthError, hasSymptom } from '../../errors/errors.js';
import type { Diagnosis, Tried } from '../../errors/failure.js';
import { isText, type Json, responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import type { Settings } from '../../settings/types.js';
import { isVisibleAscii, printable } from '../../util/text.js';
import { parseUrl } from '../../util/url.js';
import type { Context } from '../context.js';
import { type Discovery, isUnavailable, requestDiscovery, requireDocument } from '../discovery.js';
import { type ProxyLogin, startProxyLogin } from '../oauth2-proxy/start.js';
import { requireOwnHost, requireSafe, requireSafeStart, type Source } from './trust.js';

/** An OpenID provider, as its discovery document describes it (OpenID Connect Discovery, 3; RFC 8414, 2). */
export interface Provider {
  /** As the document has it, with its slash at the end, if there is one. */
  issuer: string;
  tokenEndpoint: string;
  /** The grants and the client authentication methods that it lists; undefined where it lists none. */
  grants: readonly string[] | undefined;
  methods: readonly string[] | undefined;
  /** The algorithms that it lists for the assertions of clients. */
  signingAlgs: readonly string[] | undefined;
  /** The client of oauth2-proxy; undefined where that is not known. */
  proxyClient: string | undefined;
  /** Nobody named it but oauth2-proxy. */
  found: boolean;
  /** The document itself, for endpoints that only some logins use. */
  document: Json;
  /**
   * Checks an endpoint, or a page, that the provider names, before it is used.
   * @param source what names it, if not the document
   * @throws AuthError for one without TLS, or where nobody should be sent
   */
  endpoint: (name: string, address: string, source?: Source) => URL;
  /** The request of the document. */
  tried: Tried;
}

type Given = Pick<Settings, 'issuer' | 'trackingUri'>;

/** Directories of an authorization endpoint in which an issuer is looked for. */
const MOST_TRIES = 6;

/**
 * Finds the provider, without any secret.
 * @throws AuthError; its id is "issuer-not-found" where the setting issuer is required
 */
export async function findProvider({ http }: Pick<Context, 'http'>, settings: Given): Promise<Provider> {
  const { issuer, trackingUri } = settings;
  const begin = async () => (trackingUri ? startProxyLogin(http, trackingUri, true).catch(withoutProxy) : undefined);
  // Where the issuer is known, the proxy only helps to choose among tokens, and the proof of the token says what is wrong.
  const [start, named] = await Promise.all([
    issuer ? begin().catch(() => undefined) : begin(),
    issuer ? requestDiscovery(http, issuer, 'issuer') : undefined,
  ]);
  const clients = new URLSearchParams(start?.query).getAll('client_id');
  const proxyClient = clients.length === 1 && isVisibleAscii(clients[0] ?? '') ? clients[0] : undefined;
  const found = !named;
  const discovery = named ?? (await search(http, start, trackingUri));
  const { answer } = discovery;
  const document = requireDocument(discovery, 'issuer');
  const { issuer: own, token_endpoint: tokenEndpoint } = document;
  if (!isText(own) || !isText(tokenEndpoint) || !parseUrl(tokenEndpoint)) throw responseError(answer, 'issuer');
  const fail = (id: Diagnosis['id'], facts: Diagnosis['facts']) =>
    new AuthError({ request: 'issuer', tried: answer.tried, diagnosis: { id, facts } });
  if (issuer && own.replace(/\/$/, '') !== issuer) throw fail('issuer-mismatch', { issuer: printable(own) });
  // The issuer itself is as safe as what led to it: it has the origin of the setting, or of the start.
  const ofDocument: Source = { request: 'issuer', tried: answer.tried };
  requireSafe('token_endpoint', tokenEndpoint, own, ofDocument);
  return {
    issuer: own,
    tokenEndpoint,
    document,
    endpoint: (name, address, source = ofDocument) => {
      const url = requireSafe(name, address, own, source);
      if (found) requireOwnHost(name, address, trackingUri, source);
      return url;
    },
    grants: texts(document.grant_types_supported),
    methods: texts(document.token_endpoint_auth_methods_supported),
    signingAlgs: texts(document.token_endpoint_auth_signing_alg_values_supported),
    proxyClient,
    found,
    tried: answer.tried,
  };
}

/**
 * The issuer is the directory of the authorization endpoint whose discovery document names that very endpoint and that
 * directory: Keycloak has it three levels up, Hydra two. No other document can stand in for it.
 */
async function search(http: Http, start: ProxyLogin | undefined, trackingUri: string): Promise<Discovery> {
  if (!start) throw new Error('neither issuer nor a tracking URI');
  requireSafeStart(start.endpoint, trackingUri, { request: 'issuer', tried: start.tried });
  const { origin, pathname } = start.endpoint;
  const endpoint = origin + pathname;
  const parts = pathname.split('/').filter(Boolean);
  const tries = Math.min(parts.length, MOST_TRIES);
  for (let left = parts.length - 1; left >= parts.length - tries; left--) {
    const directory = [origin, ...parts.slice(0, left)].join('/');
    const discovery = await requestDiscovery(http, directory, 'issuer');
    const { answer, document } = discovery;
    const own = isText(document?.issuer) ? document.issuer.replace(/\/$/, '') : undefined;
    if (own === directory && document?.authorization_endpoint === endpoint) return discovery;
    if (isUnavailable(discovery)) throw responseError(answer, 'issuer');
  }
  const diagnosis = { id: 'issuer-not-found', facts: { endpoint: printable(endpoint) } } as const;
  throw new AuthError({ request: 'issuer', tried: start.tried, diagnosis });
}

/** Where there is no oauth2-proxy at all, as with mlflow-oidc-auth, the provider must be named. */
function withoutProxy(error: unknown): never {
  const known = hasSymptom(error, 'not-the-proxy', 'proxy-unauthorized', 'oidc-auth-rejected', 'basic-required');
  if (!known) throw error;
  const hint = 'No oauth2-proxy responds, at which the provider could be found. Set issuer (MLFLOW_AUTH_ISSUER).';
  throw new AuthError({ ...error.failure, hint }, { cause: error.cause });
}

const texts = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.filter(isText) : undefined);

/** @throws AuthError where the provider lists its grants, and not this one */
export function requireGrant({ grants, tried }: Provider, grant: string): void {
  if (!grants || grants.includes(grant)) return;
  const diagnosis = { id: 'grant-unlisted', facts: { grant } } as const;
  throw new AuthError({ request: 'issuer', tried, diagnosis });
}
