// The switches of the fake platform: each makes it behave as some real platform does, or fail as one does.

import type { Asked } from './platform.js';
import type { ProviderSwitches } from './provider.js';

/** The places at which an answer can be replaced. */
export type Endpoint =
  | 'authorize'
  | 'pubkey'
  | 'login'
  | 'connectors'
  | 'auth'
  | 'connector'
  | 'form'
  | 'approval'
  | 'token'
  | 'device-code'
  | 'device-page'
  | 'device-verify'
  | 'device-callback'
  | 'revoke'
  | 'discovery'
  | 'provider-discovery'
  | 'provider-token'
  | 'provider-auth'
  | 'provider-device'
  | 'provider-page'
  | 'provider-revoke'
  | 'ci'
  | 'userinfo'
  | 'start'
  | 'callback'
  | 'root'
  | 'workspace'
  | 'server-info'
  | 'experiments';

/** An answer in place of the usual one. Without a content type it is JSON. */
export interface Canned {
  status: number;
  body?: unknown;
  headers?: Record<string, string | string[]>;
  /** How often it is given before the usual answer follows; for ever if absent. */
  times?: number;
  /** No answer is ever sent. */
  hang?: boolean;
}

export interface Switches {
  /** JSON type of `ts`; a string of seconds is what the vendor documents. */
  ts: 'string' | 'number' | 'nanoseconds';
  keyForm: 'spki' | 'pkcs1' | 'bare-spki' | 'bare-pkcs1' | 'one-line' | 'encoded-only';
  keyBits: number;
  req: string;
  code: string;
  answerIn: 'query' | 'fragment' | 'relative';
  /** Origin to answer with in redirect_url, in place of the redirect URI's. */
  sendsTo: string | undefined;
  /** State to answer with, in place of the one that was sent. */
  state: string | undefined;
  connectors: { id: string; type: string }[];
  username: string;
  password: string;
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
  /** The vendor's JSON login API, which upstream Dex does not have. */
  loginApi: boolean;
  /** The pages of Dex: those of 2.45, with an own theme, or of the generation after it. */
  pages: 'stock' | 'theme' | 'newer';
  /** Dex asks whether the client may have the token. */
  approval: boolean;
  /** Where the login form leads, in place of its own address. */
  formAction: string | undefined;
  /** Status of the form after a wrong password; 200 before Dex 2.36. */
  passwordStatus: number;
  /** Clients without a secret, and those that the client of oauth2-proxy trusts. */
  publicClients: string[];
  trustedPeers: string[];
  /** What Dex's discovery document lists, and its token endpoint takes. */
  grantTypes: string[];
  responseTypes: string[];
  /** In place of oauth2-proxy, the AuthService of Kubeflow before 1.9 (arrikto/oidc-authservice). */
  authService: boolean;
  /** The answer to a password grant with the right password, such as that of a connector that does not work. */
  passwordGrant: { status: number; body: unknown } | undefined;
  /** Seconds between two polls of the device flow, and until its code expires. */
  deviceInterval: number;
  deviceLife: number;
  /** There is a revocation endpoint (RFC 7009). */
  revokes: boolean;
  /** Dex takes any other redirect URI, too. */
  anyRedirectUri: boolean;
  /** Claims of the id token that differ from the usual ones. */
  claims: Record<string, unknown>;
  /** The host by which Dex knows itself, when it is not the one in use. */
  issuer: string | undefined;
  /** Seconds that an ID token lives. */
  tokenLife: number;
  /** A refresh token of an earlier login. */
  refreshToken: string | undefined;
  /** Asked for one, Dex gives a refresh token. */
  givesRefreshTokens: boolean;
  /** A refresh token works once more after it was used, as with reuseInterval. */
  reusesRefreshTokens: boolean;
  /** oauth2-proxy takes bearer tokens. */
  skipJwtBearerTokens: boolean;
  /** oauth2-proxy begins a login for a bearer token that it rejects (--bearer-token-login-fallback). */
  bearerTokenLoginFallback: boolean;
  /** oauth2-proxy logs in at an OpenID provider in place of Dex. */
  provider: ProviderSwitches | undefined;
  /** oauth2-proxy takes ID tokens of the CI system, too. */
  extraJwtIssuers: boolean;
  /** The client of oauth2-proxy. */
  proxyClientId: string;
  /** oauth2-proxy does not use PKCE. */
  proxyWithoutPkce: boolean;
  cookieName: string;
  /** Chunks of the session cookie; 0 for a callback that sets none. */
  chunks: number;
  /** Seconds that the session cookie lives. */
  cookieLife: number;
  csrfPerRequest: boolean;
  encodeState: boolean;
  /** Protected pages show a sign-in page in place of a redirect. */
  providerButton: boolean;
  /** Redirects to Dex have no host. */
  relativeLocation: boolean;
  /** The address that oauth2-proxy tells Dex, when it is reached by another one. */
  publicAddress: string | undefined;
  /** The host of the redirect URI and that of Dex, when oauth2-proxy is reached by another one, as within the cluster. */
  publicHost: string | undefined;
  dexHost: string | undefined;
  /** Changes each value that a server sends on its way through a login, and each id token. */
  changesText: (text: string) => string;
  changesIdToken: (token: string) => string;
  /** The callback also deletes a single session cookie of before. */
  deletesStaleCookie: boolean;
  /** Another replica, with another secret, reads the cookie. */
  forgetsSessions: boolean;
  /** MLflow itself takes a login, and no oauth2-proxy is in front of it: by its basic-auth, or by mlflow-oidc-auth. */
  basicAuth: 'mlflow' | 'oidc-auth' | undefined;
  /** There is no login in front of MLflow. */
  openToAll: boolean;
  /** Bytes of Cookie header that MLflow's own server takes. */
  largestCookie: number;
  workspacesEnabled: boolean;
  workspaces: Record<string, 'open' | 'forbidden'>;
  /** Set-Cookie lines of a load balancer in front. */
  cookies: Partial<Record<Endpoint, string[]>>;
  /** Answers in place of the usual ones. */
  canned: Partial<Record<Endpoint, Canned>>;
  /** Makes an answer in place of the usual one out of what was asked. */
  echo: ((endpoint: Endpoint, request: Asked) => Canned | undefined) | undefined;
}

export const USUAL: Switches = {
  ts: 'string',
  keyForm: 'spki',
  keyBits: 2048,
  req: 'request&#+=%value',
  code: 'a&b#c+d=e%25f/é',
  answerIn: 'query',
  sendsTo: undefined,
  state: undefined,
  connectors: [
    { id: 'local', type: 'local' },
    { id: 'corp-ldap', type: 'ldap' },
  ],
  username: 'ci@example.com',
  password: 'pass "quoted" \\ 100% größer \u{1F511}',
  clientId: 'alauda-auth',
  clientSecret: 'a+b/c%=&x secret',
  redirectUris: ['/oauth2/callback', '/clusters/c1/mlflow/oauth2/callback'],
  loginApi: true,
  pages: 'stock',
  approval: false,
  formAction: undefined,
  passwordStatus: 401,
  publicClients: ['mlflow-ci', 'mlflow-lone'],
  trustedPeers: ['mlflow-ci'],
  responseTypes: ['code'],
  authService: false,
  passwordGrant: undefined,
  grantTypes: [
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ],
  deviceInterval: 1,
  deviceLife: 300,
  revokes: false,
  anyRedirectUri: false,
  claims: {},
  issuer: undefined,
  tokenLife: 86_400,
  refreshToken: undefined,
  givesRefreshTokens: true,
  reusesRefreshTokens: false,
  skipJwtBearerTokens: true,
  bearerTokenLoginFallback: true,
  provider: undefined,
  extraJwtIssuers: false,
  proxyClientId: 'alauda-auth',
  proxyWithoutPkce: false,
  cookieName: '_oauth2_proxy',
  chunks: 1,
  cookieLife: 604_800,
  csrfPerRequest: false,
  encodeState: false,
  providerButton: false,
  relativeLocation: false,
  publicAddress: undefined,
  publicHost: undefined,
  dexHost: undefined,
  changesText: (text) => text,
  changesIdToken: (token) => token,
  deletesStaleCookie: false,
  forgetsSessions: false,
  basicAuth: undefined,
  openToAll: false,
  largestCookie: 60_000,
  workspacesEnabled: true,
  workspaces: { 'team-a': 'open', 'team-b': 'forbidden' },
  cookies: {},
  canned: {},
  echo: undefined,
};
