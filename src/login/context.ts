// What every part of a login gets as its collaborators: HTTP, a place for secrets, and someone to tell of progress.

import type { Http } from '../http/types.js';

/** What is known of refresh tokens that a server rejected before. */
export interface Refusals {
  /** @throws AuthError "refresh-refused-before" for one of them */
  check: (refreshToken: string) => void;
  add: (refreshToken: string) => void;
}

export interface Context {
  http: Http;
  /** Registers a secret for masking as soon as it exists. */
  mask: (secret: string) => void;
  /** Takes each new refresh token as soon as it is there, since the previous one is used up; undefined where nobody does. */
  keep: ((refreshToken: string) => void) | undefined;
  /** Called each time before the password is sent; an error of it keeps it from being sent. */
  beforePassword?: (() => void) | undefined;
  /** Called before the ID token of a CI job is exchanged; an error of it keeps it from being sent. */
  beforeExchange?: ((idToken: string) => void) | undefined;
  /** What is known of refresh tokens that were rejected before. */
  refusals?: Refusals | undefined;
  /** Runs one step of the login and tells how it went and how long it took. */
  step: <T>(text: string, work: () => Promise<T>) => Promise<T>;
  /** Tells something that the user should know, which is no failure. */
  note: (text: string) => void;
  /** Tells something that the user should act on, though it works. */
  warn: (text: string) => void;
}
