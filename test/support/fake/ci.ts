// The fake's CI system: the ID tokens of its jobs with the claims of GitHub's, and the endpoint at which a job requests one.

import { signJwt } from './jwt.js';
import type { Answer, Asked } from './platform.js';

/** What a job of GitHub has in ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
export const REQUEST_TOKEN = 'ghs_request-token-of-the-job';

export const ciIssuer = (origin: string): string => `${origin}/ci`;

/** The claims of an ID token of GitHub Actions (docs.github.com, "OpenID Connect reference"): no name, no email. */
export function ciClaims(origin: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: ciIssuer(origin),
    aud: 'mlflow',
    sub: 'repo:org/repo:ref:refs/heads/main',
    repository: 'org/repo',
    repository_owner: 'org',
    ref: 'refs/heads/main',
    iat: now,
    nbf: now - 600,
    exp: now + 300,
    jti: crypto.randomUUID(),
    ...more,
  };
}

/** An ID token of a job. */
export const ciJwt = (origin: string, more: Record<string, unknown> = {}): string => signJwt(ciClaims(origin, more));

/** `GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=` */
export function requestCiToken({ url, headers }: Asked): Answer {
  if (headers.authorization !== `Bearer ${REQUEST_TOKEN}`) return { status: 401, body: { message: 'Unauthorized' } };
  const aud = url.searchParams.get('audience') ?? 'https://github.com/org';
  return { status: 200, body: { count: 1, value: ciJwt(url.origin, { aud }) } };
}

/** The two variables of a job with `permissions: id-token: write`. */
export const gitHubVariables = (origin: string): Record<string, string> => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/_ci/request?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
});
