// How a login begins: by the way that the settings name, or the first one for which they suffice.

import type { Env } from '../util/env.js';
import { hasGitHubTokens } from './id-token-source.js';
import type { Found } from './sources.js';
import type { Name } from './table.js';
import type { OnProblem, Settings } from './types.js';
import { quoted } from './validate.js';
import { WAYS } from './ways.js';

/**
 * The way to log in, and why that one.
 * @param cookie the credential must be a cookie
 */
export function chooseLogin(
  found: Map<Name, Found>,
  env: Env,
  cookie: boolean,
  problem: OnProblem,
): Pick<Settings, 'login' | 'loginReason' | 'loginOpen'> {
  const wish = found.get('login');
  const named = WAYS.find(({ login }) => login === wish?.value.toLowerCase());
  if (named) return { login: named.login, loginReason: `set by ${wish?.from}`, loginOpen: false };
  const names = WAYS.map(({ login }) => login);
  if (wish?.value.toLowerCase() !== 'auto')
    problem('login', `invalid ${quoted(wish?.value ?? '')}: expected auto, ${names.join(', ')}.`);
  const from = (name: Name) => found.get(name)?.from;
  const given = { has: (name: Name) => found.has(name), from, gitHub: hasGitHubTokens(env), cookie };
  for (const { login, auto } of WAYS) {
    const loginReason = auto?.(given);
    if (loginReason !== undefined) return { login, loginReason, loginOpen: login === 'platform' };
  }
  throw new Error('auto finds no way to log in');
}
