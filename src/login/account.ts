// Who logs in with username and password.

import type { LoginKind } from '../settings/types.js';

/** Who logs in, and where. */
export interface Account {
  platform: string;
  dexUrl: string;
  connector: string;
  /** The connector, where the user named it. */
  namedConnector: string | undefined;
  username: string;
  password: string;
  /** The user agreed to base64 in place of RSA where the platform has no key. */
  allowBase64Password: boolean;
  login: LoginKind;
  /** With login: auto, the login pages of Dex are used if the platform has no login API. */
  loginOpen: boolean;
}
