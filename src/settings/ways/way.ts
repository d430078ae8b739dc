// What is known of a way to log in: a row, and the lines of the documents' table.

import type { Name } from '../table.js';
import type { LoginKind, Method, Place } from '../types.js';

/** A line of the documents' table. */
export interface Line {
  /** The value of `login`, or a name. */
  name: string;
  requires: string;
  /** Whether it gives a token, and a session cookie; neither with basic. */
  gives: readonly Method[];
  renewal: string;
  /** The servers, and the test that drives them. */
  tested: string;
  test: string;
}

/** One way to log in. */
export interface Way {
  login: LoginKind;
  /** In messages. */
  phrase: string;
  /** What shows who logs in. */
  by: 'password' | 'id-token' | 'client' | 'bearer' | 'refresh-token';
  /** A bearer token stands in place of the ID token of a CI job, where one is set. */
  orBearer?: true;
  methods: readonly Method[];
  /** Whether the server gives a refresh token for it. */
  refreshToken: boolean;
  /** The server at which the login begins; with `any`, at the OpenID provider of oauth2-proxy unless Dex is named. */
  at: Place | 'any';
  /** Settings that it requires in addition to what shows who logs in, and what it does with the secrets of the client. */
  requires?: readonly Name[];
  client?: readonly ('client-secret' | 'client-key')[];
  /** Why `auto` chooses it, which takes the first of the rows that gives a reason; '' for the one that needs none. */
  auto?: (given: Given) => string | undefined;
  lines: readonly Line[];
}

/** What the choice of a way depends on. */
export interface Given {
  has: (name: Name) => boolean;
  /** Where a setting comes from. */
  from: (name: Name) => string | undefined;
  /** The job may request ID tokens from GitHub. */
  gitHub: boolean;
  /** The credential must be a cookie. */
  cookie: boolean;
}

/** Whether an address leads to Dex, or to the platform that has one. */
export const namesDex = ({ has }: Pick<Given, 'has'>): boolean => has('platform-address') || has('dex-url');

/** What has no Dex: an issuer, or a tracking URI without any address of Dex, and no username or password. */
export const isElsewhere = (given: Pick<Given, 'has'>): boolean => {
  const { has } = given;
  return (has('issuer') || (has('tracking-uri') && !namesDex(given))) && !has('username') && !has('password');
};

/** As a reason: the issuer, if it is set, and what else is. */
export const elsewhere = ({ has, from }: Given, what: string): string =>
  has('issuer') ? `${from('issuer')} is set, and ${what}` : `${what}, and no address of Dex is set`;
