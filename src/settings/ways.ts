// The ways to log in, one row each: what each requires, and what the documents' table says of it. src/login/ways/ has a
// file for each.

import type { LoginKind, Settings } from './types.js';
import { BASIC_WAYS } from './ways/basic.js';
import { JOB_WAYS } from './ways/job.js';
import { OTHER_LINES } from './ways/other.js';
import { PASSWORD_WAYS } from './ways/password.js';
import { PROVIDER_WAYS } from './ways/provider.js';
import { REFRESH_WAYS } from './ways/refresh.js';
import type { Line, Way } from './ways/way.js';

/** In the order in which `auto` looks at them. */
export const WAYS: readonly Way[] = [...REFRESH_WAYS, ...JOB_WAYS, ...PROVIDER_WAYS, ...PASSWORD_WAYS, ...BASIC_WAYS];

/** The documents' table: what most users have comes first. */
export const LINES: readonly Line[] = [
  ...[...PASSWORD_WAYS, ...JOB_WAYS, ...PROVIDER_WAYS, ...BASIC_WAYS, ...REFRESH_WAYS].flatMap(({ lines }) => lines),
  ...OTHER_LINES,
];

/** The row of a way. */
export function wayOf(login: LoginKind): Way {
  const way = WAYS.find((one) => one.login === login);
  if (!way) throw new Error(`no way to log in is called ${login}`);
  return way;
}

/** Whether username and password are sent, at whichever page or API. */
export const isPasswordLogin = (login: LoginKind): boolean => wayOf(login).by === 'password';

/** Whether it goes by the ID token of a CI job. */
export const usesIdToken = (login: LoginKind): boolean => wayOf(login).by === 'id-token';

/** Whether the client itself logs in, with its secret or its key. */
export const isClientLogin = (login: LoginKind): boolean => wayOf(login).by === 'client';

/** Whether the token comes from an OpenID provider of any kind, and not from Dex alone. */
export const isOfProvider = ({ login, at }: Pick<Settings, 'login' | 'at'>): boolean =>
  at === 'provider' || login === 'bearer';
