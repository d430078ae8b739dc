// The fake's MLflow without oauth2-proxy: with its own basic-auth, or with mlflow-oidc-auth, as the real ones answer.

import type { Answer, Asked } from './platform.js';
import { issuerAt } from './provider.js';
import type { Endpoint, Switches } from './switches.js';

/** Open to all, as MLflow has it. */
const OPEN: readonly Endpoint[] = ['server-info'];
/** What is of MLflow's server; oauth2-proxy's own paths are none of it. */
const OWN: readonly Endpoint[] = ['root', 'workspace', 'experiments'];
const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** The answer in place of the usual one, if there is one. @param endpoint below the tracking URI */
export function basicAuth(endpoint: Endpoint, asked: Asked, switches: Switches): Answer | undefined {
  const { basicAuth: kind, workspaces } = switches;
  if (!kind || OPEN.includes(endpoint) || !asked.url.pathname.startsWith('/clusters/')) return undefined;
  if (!isKnown(asked, switches)) return kind === 'mlflow' ? CHALLENGE : DENIED;
  if (!OWN.includes(endpoint))
    return { status: 404, body: '<!doctype html>\n<title>404 Not Found</title>', headers: HTML };
  const name = asked.url.pathname.split('/').at(-1) ?? '';
  const forbidden = endpoint === 'workspace' && workspaces[name] === 'forbidden';
  // A text that claims to be a page.
  return forbidden ? { status: 403, body: 'Permission denied', headers: HTML } : undefined;
}

/** mlflow/server/auth/__init__.py, make_basic_auth_response */
const CHALLENGE: Answer = {
  status: 401,
  body: 'You are not authenticated. Please see https://www.mlflow.org/docs/latest/auth/index.html#authenticating-to-mlflow on how to authenticate.',
  headers: { ...HTML, 'www-authenticate': 'Basic realm="mlflow"' },
};
/** mlflow_oidc_auth/middleware/auth_middleware.py */
const DENIED: Answer = { status: 401, body: { detail: 'Authentication required' } };

/** By username and password in UTF-8; with mlflow-oidc-auth also by a token of the provider that names a known user. */
function isKnown({ headers, url }: Asked, { basicAuth: kind, username, password }: Switches): boolean {
  const [, scheme, value = ''] = /^(Basic|Bearer) (.+)$/.exec(headers.authorization ?? '') ?? [];
  if (scheme === 'Basic') return Buffer.from(value, 'base64').toString() === `${username}:${password}`;
  if (scheme !== 'Bearer' || kind !== 'oidc-auth') return false;
  const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString() || '{}');
  return claims.iss === issuerAt(url.origin) && claims.exp * 1000 > Date.now() && claims.email === username;
}
