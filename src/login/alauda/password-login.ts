// The one request that carries the password, and what comes back: the redirect URI with a code.

import { AuthError, hasSymptom } from '../../errors/errors.js';
import { responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { parseUrl } from '../../util/url.js';
import { answerParameters } from '../answer-parameters.js';
import { listConnectors } from './connectors.js';
import { expectField } from './expect-field.js';

/** More and longer ones are not listed: a platform has few, with short names. */
const MOST_IDS = 20;
const LONGEST_ID = 64;

/** What the password login needs. */
export interface Login {
  platform: string;
  connector: string;
  /** The id of the login request. */
  req: string;
  username: string;
  /** Already encrypted. */
  password: string;
}

/**
 * Logs in at a connector that takes passwords. Sent once: a failed login counts towards a lockout.
 * @returns the parameters with which the platform answers in `redirect_url`, in its query or its fragment; code and state
 *   without whitespace around them
 * @throws AuthError
 */
export async function logIn(http: Http, login: Login): Promise<URLSearchParams> {
  const { platform, connector, req, username, password } = login;
  const address = `${platform}/dex/api/v1/authorize/${encodeURIComponent(connector)}?req=${encodeURIComponent(req)}`;
  const answer = await http(address, {
    stage: 'login',
    what: `log in as ${username} at the connector ${connector}`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ account: username, password }),
  });
  if (answer.status !== 200) {
    const error = responseError(answer, 'login');
    if (!hasSymptom(error, 'wrong-password', 'connector')) throw error;
    throw responseError(answer, 'login', await connectorHint(http, platform, connector));
  }
  const url = parseUrl(expectField(answer, 'login', 'redirect_url'), platform);
  if (!url) {
    const facts = { status: answer.status, field: 'a valid "redirect_url"' };
    throw new AuthError({ request: 'login', tried: answer.tried, diagnosis: { id: 'field-missing', facts } });
  }
  return answerParameters(url, answer, 'login');
}

/** Names the connectors that there are: "wrong password" often means "another connector". */
async function connectorHint(http: Http, platform: string, connector: string): Promise<string> {
  const { ids } = await listConnectors(http, platform, false).catch(() => ({ ids: [] as string[] }));
  if (ids.length === 0) return '';
  const known = ids.includes(connector) ? 'The platform has' : `There is no connector ${connector}; the platform has`;
  // Whole names, since a cut could leave a part of a secret.
  return `${known}: ${ids
    .filter((id) => id.length <= LONGEST_ID)
    .slice(0, MOST_IDS)
    .join(', ')}.`;
}
