// What a file of ways/ exports: a login for a token.

import type { Settings } from '../settings/types.js';
import type { Context } from './context.js';
import type { TokenCredential } from './credential.js';

/** What a login for a token gives. */
export interface TokenLogin {
  credential: TokenCredential;
  /** Whether the password was sent a second time. */
  repeated: boolean;
}

/** A way to log in for a token. */
export interface LoginWay {
  /** Finds out without a secret whether the server supports it, where it tells. @throws AuthError where it does not */
  probe?: (context: Context, settings: Settings) => Promise<void>;
  /** @throws AuthError */
  login: (context: Context, settings: Settings) => Promise<TokenLogin>;
}
