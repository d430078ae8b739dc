// Whether an answer says that oauth2-proxy does not take a credential: `rejection` of the Python module has the same rule.

import type { AnswerFacts } from '../errors/failure.js';

/**
 * 401; a redirect to the login, where Accept does not name application/json; or a 403 in oauth2-proxy's own form, which is
 * its sign-in page or "Forbidden". A 403 of MLflow is JSON, or another text.
 */
export function isRejected({ status, kind, message, redirect }: AnswerFacts): boolean {
  if (status === 401 || redirect?.login === true) return true;
  return status === 403 && (kind === 'page' || (kind === 'text' && message === 'Forbidden'));
}
