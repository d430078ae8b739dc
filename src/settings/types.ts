// The types that all of the settings share: what is needed, what came out, and what is wrong.

import type { Name } from './table.js';

/** Where the ID token of a CI job comes from. */
export type IdTokenSource =
  /** GitHub's request endpoint; it gives a new one as often as it is asked. */
  | { kind: 'github'; url: string; requestToken: string; audience: string }
  /** A file that the CI system, or the kubelet, replaces; it is read for each use. */
  | { kind: 'file'; path: string }
  /** A text, which cannot be renewed. */
  | { kind: 'given'; token: string };

/** How a login begins: a row of ways.ts. */
export type LoginKind =
  | ('platform' | 'dex' | 'password-grant' | 'implicit' | 'keyless' | 'id-token' | 'refresh-token')
  | ('client-credentials' | 'client-key' | 'client-assertion' | 'jwt-bearer' | 'token-exchange' | 'bearer')
  | 'basic';

/** What a login gives: a bearer token, a session cookie, or username and password as they are. */
export type Method = 'token' | 'cookie' | 'basic';

/** Where a bearer token from elsewhere comes from: a file that is read for each use, or a text. */
export type BearerSource = Exclude<IdTokenSource, { kind: 'github' }>;

/** The server at which a login begins: nowhere where what is given is the credential already. */
export type Place = 'platform' | 'dex' | 'provider' | 'nowhere';

/** Checked settings, all that the rest of the program knows of them. */
export interface Settings {
  /** Origin of the platform, without a trailing slash; '' where nothing needs it. */
  platform: string;
  /** Address of Dex without a trailing slash. */
  dexUrl: string;
  /** MLflow's address without a trailing slash; '' when neither it nor a cluster was given. */
  trackingUri: string;
  workspace: string | undefined;
  username: string;
  password: string;
  clientId: string;
  /** '' for a public client. */
  clientSecret: string;
  /** The client of the MLflow proxy, if it was given and is another one. */
  audience: string;
  /** Issuer of an OpenID provider, without a trailing slash; '' for the one at which oauth2-proxy logs in. */
  issuer: string;
  /** Private key of the client as PEM text, or ''. */
  clientKey: string;
  clientAuth: 'auto' | 'basic' | 'post';
  /** Audience of the assertion that the key signs; '' for the token endpoint. */
  assertionAudience: string;
  /** The parameter `resource` (RFC 8707), or ''. */
  resource: string;
  /** A bearer token from elsewhere, which is the credential, or is exchanged. */
  bearer: BearerSource | undefined;
  login: LoginKind;
  /** Where it begins; at an OpenID provider of any kind, the refresh token of `refreshToken` is one of that provider, too. */
  at: Place;
  /** Why that login, for the log; '' for the usual one. */
  loginReason: string;
  /** With login: auto, the login pages of Dex are used if the platform has no login API. */
  loginOpen: boolean;
  /** Undefined for a login without one. */
  idToken: IdTokenSource | undefined;
  /** A refresh token to begin with, or ''. */
  refreshToken: string;
  /** The file that the refresh token is in, or will be in after the first login; undefined for standard input. */
  refreshTokenFile: string | undefined;
  /** The credential is to be renewed while the job runs. */
  renew: boolean;
  method: Method;
  /** Why that method, for the log. */
  methodReason: string;
  /** The method was not set, so the other one may be tried when oauth2-proxy rejects this one's credential. */
  allowFallback: boolean;
  connector: string;
  /** The connector, where the user named it. */
  namedConnector: string | undefined;
  /** '' for none, at an OpenID provider other than Dex alone. */
  scopes: string;
  redirectUri: string;
  /** Name of the session cookie, if it was given. */
  cookieName: string | undefined;
  /** Folder for the SDK, if it was given. */
  dir: string | undefined;
  /** The private CA as PEM text, its file where it came from one, and whether the runtime had it and nobody gave it. */
  ca: { pem: string; path: string | undefined; implied?: true } | undefined;
  insecureTls: boolean;
  allowBase64Password: boolean;
  verify: boolean;
  /** Seconds for the whole login. */
  timeout: number;
  /** A proxy on the runner holds the credential, and nobody else gets it. */
  proxy: boolean;
  exportEnv: boolean;
  maskWorkspace: boolean;
}

/** What a command needs in addition to the login itself. */
export interface Needs {
  /** The tracking URI is handed out, so there must be one even when nothing is verified. */
  trackingUri?: boolean;
  /** The SDK gets the CA as a path, so that it must be one where there is no folder to write it to. */
  caPath?: boolean;
  /** False for what can be found out without logging in. */
  login?: boolean;
  /** Whether there is a folder in which the credential can be renewed: always, or if dir is given. */
  folder?: 'always' | 'dir';
  /** The command renews whatever the setting says. */
  renew?: boolean;
  /** The file of the refresh token may be missing: the first login makes it. */
  newRefreshToken?: boolean;
  /** A person logs in: no password, and no ID token of a CI job, is used. */
  person?: boolean;
  /** The one method that the command can use. */
  method?: Exclude<Method, 'basic'>;
}

/** What is wrong with one setting. */
export interface Problem {
  name: Name;
  /** Only an invalid value is reported with its origin: the text of the others names it already, or there is none. */
  kind: 'invalid' | 'missing' | 'unreadable' | 'unexpanded' | 'conflict';
  /** Follows the name and a colon. */
  text: string;
}

/** Takes each problem as it is found; without a kind it is an invalid value. */
export type OnProblem = (name: Name, text: string, kind?: Problem['kind']) => void;
