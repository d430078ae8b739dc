// One row of the table of symptoms: what it looks like, what it means, what to do.

/** The request at which it happened, whatever broke there. `network` is a connection that doctor opens by itself. */
export type RequestName =
  | 'network'
  | 'authorize'
  | 'pubkey'
  | 'password'
  | 'connectors'
  | 'login'
  | 'page'
  | 'form'
  | 'ci'
  | 'discovery'
  | 'exchange'
  | 'issuer'
  | 'grant'
  | 'provider-refresh'
  | 'provider-password'
  | 'provider-exchange'
  | 'password-grant'
  | 'device'
  | 'poll'
  | 'browser'
  | 'revoke'
  | 'person-device'
  | 'person-token'
  | 'person-browser'
  | 'person-revoke'
  | 'token'
  | 'refresh'
  | 'proxy'
  | 'callback'
  | 'mlflow';

/** Every request at the token endpoint of an OpenID provider: what is wrong with the client shows at each. */
export const TOKEN_REQUESTS = ['grant', 'provider-refresh', 'provider-password', 'provider-exchange'] as const;

/** What a body is: a JSON value, a page of HTML, other text, or nothing. */
export type BodyKind = 'json' | 'page' | 'text' | 'empty';

/** Which credential a request carried. */
export type Sent = 'token' | 'cookie' | 'basic';

/** The part of the way to MLflow that is at fault. */
export type Layer =
  | 'runtime'
  | 'network'
  | 'HTTP proxy'
  | 'TLS'
  | 'clock'
  | 'CI'
  | 'login API'
  | 'account'
  | 'Dex'
  | 'OpenID provider'
  | 'oauth2-proxy'
  | 'MLflow'
  | 'Kubernetes RBAC'
  | 'SDK settings';

/**
 * One known cause of failure. It fits an answer in all of the fields that it names, a broken connection by `broken`, and
 * a pasted text by `message`. A row with none of them is only ever named by its id.
 */
export interface Symptom<Id extends string = string> {
  /** Name for tests, links and the decisions of the program. */
  id: Id;
  layer: Layer;
  /** The requests at which it may show; any, if absent. */
  at?: readonly RequestName[];
  /** The status, in digits. */
  status?: RegExp;
  /** A status that says by itself what `words` say. */
  wordless?: RegExp;
  body?: readonly BodyKind[];
  /** The server's own code and message, or the error of its redirect. */
  words?: RegExp;
  /** Whether the answer redirects to a login, or anywhere at all. */
  redirect?: 'login' | 'any';
  /** The authentication scheme that a 401 offers, in lower case. */
  challenge?: string;
  /** The credential that the request carried. */
  sent?: Sent;
  /** Whether oauth2-proxy has let the credential in at another request. */
  letIn?: boolean;
  /** The runtime's error codes, or its text where it has no code (Deno). */
  broken?: RegExp;
  /** The same request may succeed when it is sent again. */
  transient?: true;
  /** An error text of the SDK, of curl or of a server. */
  message?: RegExp;
  /** "Got:" of what the program finds out itself, with its facts in braces. */
  found?: string;
  /** A few words, for an annotation's title. */
  title: string;
  /** What it means; completes "Got: … (meaning)". */
  meaning: string;
  /** What to do, as whole sentences. */
  advice: string;
}
