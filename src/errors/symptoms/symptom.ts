// One row of the table of symptoms: what it looks like, what it means, what to do.

/** Where a failure showed itself. `connect` is everything below HTTP, at whichever request. */
export type Stage =
  | 'connect'
  | 'authorize'
  | 'pubkey'
  | 'password'
  | 'login'
  | 'token'
  | 'refresh'
  | 'proxy'
  | 'callback'
  | 'mlflow';

/** The part of the way to MLflow that is at fault. */
export type Layer =
  | 'runtime'
  | 'network'
  | 'web proxy'
  | 'TLS'
  | 'clock'
  | 'login API'
  | 'account'
  | 'Dex'
  | 'oauth2-proxy'
  | 'MLflow'
  | 'Kubernetes RBAC'
  | 'SDK settings';

/** One known cause of failure. */
export interface Symptom<Id extends string = string> {
  /** Name for tests, links and the decisions of the program. */
  id: Id;
  layer: Layer;
  /** The stages of a login at which it may show. */
  stages: readonly Stage[];
  /** Recognises it, at these stages, in the text of what came back. */
  pattern: RegExp;
  /** Recognises it in an error text of the SDK, of curl or of this program, whatever the stage. */
  message?: RegExp;
  /** A few words, for an annotation's title. */
  title: string;
  /** What it means; completes "Got: … (meaning)". */
  meaning: string;
  /** What to do, as whole sentences. */
  advice: string;
}
