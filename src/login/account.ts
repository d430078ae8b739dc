// Who logs in with username and password, and for which authorization request.

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
  /** Nobody asked for the kind of login, so that the pages of Dex follow where there is no login API. */
  loginOpen: boolean;
}

/** An authorization request (RFC 6749, 4.1.1), made here or by oauth2-proxy. */
export interface Authentication {
  /** Without "?", passed on byte for byte. */
  query: string;
  /** Where it goes, as reached; Dex's own authorization endpoint if undefined. */
  endpoint?: URL;
}
