// What a file of ways/ exports: a login for a token, or for what a request carries in place of one.

import type { Settings } from '../settings/types.js';
import type { Context } from './context.js';
import type { BasicCredential, TokenCredential } from './credential.js';

/** What a way to log in gives: any credential but a session cookie. */
export type Made = TokenCredential | BasicCredential;

/** What such a login gives. */
export interface TokenLogin<C extends Made = TokenCredential> {
  credential: C;
  /** Whether the password was sent a second time. */
  repeated: boolean;
}

/** A way to log in, other than for a cookie. */
export interface LoginWay<C extends Made = TokenCredential> {
  /** Finds out without a secret whether the server supports it, where it tells. @throws AuthError where it does not */
  probe?: (context: Context, settings: Settings) => Promise<void>;
  /** @throws AuthError */
  login: (context: Context, settings: Settings) => Promise<TokenLogin<C>>;
}
