// Where the ID token of a CI job comes from, at the first login and at a renewal.

import { resolve } from 'node:path';
import { isLoopback } from '../http/loopback.js';
import type { Env } from '../util/env.js';
import { parseUrl } from '../util/url.js';
import type { Found } from './sources.js';
import type { Name } from './table.js';
import type { BearerSource, IdTokenSource } from './types.js';

/** The variables of a job with `permissions: id-token: write` (docs.github.com, "OpenID Connect reference"). */
const REQUEST_URL = 'ACTIONS_ID_TOKEN_REQUEST_URL';
const REQUEST_TOKEN = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN';

export const INVALID_REQUEST_URL = 'invalid ACTIONS_ID_TOKEN_REQUEST_URL: expected a URL that begins with https://.';

/** Whether nobody on the way can read what is sent there. */
export function isPrivate(address: string): boolean {
  const url = parseUrl(address);
  return url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
}

/** Both of them. */
export const GITHUB_VARIABLES = [REQUEST_URL, REQUEST_TOKEN];

/** Whether the job may request ID tokens from GitHub. */
export const hasGitHubTokens = (env: Env): boolean => Boolean(env[REQUEST_URL] && env[REQUEST_TOKEN]);

/** The source of a bearer token from elsewhere. @returns undefined where there is none */
export function bearerSource(found: Map<Name, Found>): BearerSource | undefined {
  const given = found.get('bearer');
  if (given?.path !== undefined && given.path !== '-') return { kind: 'file', path: given.path };
  return given && { kind: 'given', token: given.value };
}

/**
 * The source of the ID token: what is given, never GitHub in its place.
 * @param open leaves the audience of a token from GitHub to the login, unless the user named one; it is '' then
 * @returns undefined where there is none
 */
export function idTokenSource(found: Map<Name, Found>, env: Env, open = false): IdTokenSource | undefined {
  const given = found.get('id-token');
  if (given?.path !== undefined && given.path !== '-') return { kind: 'file', path: given.path };
  if (given) return { kind: 'given', token: given.value };
  if (!hasGitHubTokens(env)) return undefined;
  const wish = found.get('id-token-audience');
  const audience = open && wish?.from === 'default' ? '' : (wish?.value ?? '');
  return { kind: 'github', url: env[REQUEST_URL] ?? '', requestToken: env[REQUEST_TOKEN] ?? '', audience };
}

/** What is kept of a source for renewals: neither a token nor GitHub's address. A file is only named. */
export function sourceToKeep(source: IdTokenSource | undefined): IdTokenSource | undefined {
  switch (source?.kind) {
    case 'file':
      return { ...source, path: resolve(source.path) };
    case 'github':
      return { ...source, url: '', requestToken: '' };
    case 'given':
      return { kind: 'given', token: '' };
    default:
      return undefined;
  }
}

/** The same for a bearer token from elsewhere. */
export function bearerToKeep(source: BearerSource | undefined): BearerSource | undefined {
  if (source?.kind === 'file') return { ...source, path: resolve(source.path) };
  return source && { kind: 'given', token: '' };
}

/**
 * The source of a renewal: of the kind of the first login, since another one would be another identity.
 * @returns undefined where the environment does not have it
 */
export function sourceOfRenewal(
  kept: IdTokenSource | undefined,
  found: Map<Name, Found>,
  env: Env,
): IdTokenSource | undefined {
  if (kept?.kind === 'file') return kept;
  if (kept?.kind === 'github')
    return hasGitHubTokens(env)
      ? { ...kept, url: env[REQUEST_URL] ?? '', requestToken: env[REQUEST_TOKEN] ?? '' }
      : undefined;
  const now = idTokenSource(found, {});
  return now?.kind === 'given' ? now : undefined;
}

/** What to do where a keyless login has no ID token. */
export function howToGetIdToken(env: Env): string {
  const forks = 'GitHub gives none to pull requests from forks.';
  return env.GITHUB_ACTIONS === 'true'
    ? `required; grant the job permissions: id-token: write, or set id-token. ${forks}`
    : 'required; set id-token (MLFLOW_AUTH_ID_TOKEN) or id-token-file to the ID token of the CI job.';
}
