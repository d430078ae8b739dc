// How a login begins: by password, or by the ID token of a CI job, and where that token comes from.

import type { Env } from '../util/env.js';
import type { Found } from './sources.js';
import type { Name } from './table.js';
import type { IdTokenSource, LoginKind, OnProblem, Settings } from './types.js';
import { quoted } from './validate.js';

const KINDS: readonly string[] = ['platform', 'dex', 'keyless', 'id-token'] satisfies LoginKind[];

/** Logins by the ID token of a CI job, in messages. */
export const LOGIN_NAMES = {
  platform: 'a login at the platform',
  dex: 'a login at the pages of Dex',
  keyless: 'a keyless login',
  'id-token': 'a login with id-token',
} as const satisfies Record<LoginKind, string>;

/** The variables of a job with `permissions: id-token: write` (docs.github.com, "OpenID Connect reference"). */
const REQUEST_URL = 'ACTIONS_ID_TOKEN_REQUEST_URL';
const REQUEST_TOKEN = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN';

/** Whether the job may request ID tokens from GitHub. */
export const hasGitHubTokens = (env: Env): boolean => Boolean(env[REQUEST_URL] && env[REQUEST_TOKEN]);

/**
 * The kind of login, and why that one. A password that is given is never passed over for GitHub's variables, which a job
 * may have for other purposes.
 * @param cookie the credential must be a cookie, which no ID token gives
 */
export function chooseLogin(
  found: Map<Name, Found>,
  env: Env,
  cookie: boolean,
  problem: OnProblem,
): Pick<Settings, 'login' | 'loginReason' | 'loginOpen'> {
  const loginOpen = false;
  const wish = found.get('login');
  const login = wish?.value.toLowerCase() ?? '';
  if (KINDS.includes(login)) return { login: login as LoginKind, loginReason: `set by ${wish?.from}`, loginOpen };
  if (login !== 'auto')
    problem('login', `invalid ${quoted(wish?.value ?? '')}: expected auto, platform, dex, keyless or id-token.`);
  const given = found.get('id-token');
  if (given && !cookie) return { login: 'keyless', loginReason: `${given.from} is set`, loginOpen };
  const none = (['username', 'password', 'refresh-token'] as const).every((name) => !found.has(name));
  if (none && !cookie && hasGitHubTokens(env))
    return {
      login: 'keyless',
      loginReason: 'no password is set, and the job may request ID tokens from GitHub',
      loginOpen,
    };
  return { login: 'platform', loginReason: '', loginOpen: true };
}

/** Whether username and password are sent, at whichever page or API. */
export const isPasswordLogin = (login: LoginKind): boolean => login === 'platform' || login === 'dex';

/** The source of the ID token: what is given, never GitHub in its place. @returns undefined where there is none */
export function idTokenSource(found: Map<Name, Found>, env: Env): IdTokenSource | undefined {
  const given = found.get('id-token');
  if (given?.path !== undefined && given.path !== '-') return { kind: 'file', path: given.path };
  if (given) return { kind: 'given', token: given.value };
  if (!hasGitHubTokens(env)) return undefined;
  const audience = found.get('id-token-audience')?.value ?? '';
  return { kind: 'github', url: env[REQUEST_URL] ?? '', requestToken: env[REQUEST_TOKEN] ?? '', audience };
}

/** What to do where a keyless login has no ID token. */
export function howToGetIdToken(env: Env): string {
  const forks = 'GitHub gives none to pull requests from forks.';
  return env.GITHUB_ACTIONS === 'true'
    ? `required; grant the job permissions: id-token: write, or set id-token. ${forks}`
    : 'required; set id-token (MLFLOW_AUTH_ID_TOKEN) or id-token-file to the ID token of the CI job.';
}
