// The first request of a login: announces it to the platform, which answers with the id of the login request.

import { AuthError, hasSymptom } from '../../errors/errors.js';
import type { Http } from '../../http/types.js';
import { expectField } from './expect-field.js';

/**
 * Begins a login with an OAuth 2.0 authorization request (RFC 6749, 4.1.1).
 * @param query of the request, without "?", passed on byte for byte
 * @param retry whether a failed connection may be tried again
 * @returns `req`, the opaque id of the login request
 * @throws AuthError
 */
export async function authorize(http: Http, platform: string, query: string, retry: boolean): Promise<string> {
  const sent = new URLSearchParams(query).get('redirect_uri');
  const answer = await http(`${platform}/dex/api/v1/authorize?${query}`, {
    stage: 'authorize',
    what: 'begin the login',
    headers: { accept: 'application/json' },
    retry,
  });
  try {
    return expectField(answer, 'authorize', 'req');
  } catch (error) {
    if (!hasSymptom(error, 'redirect-uri')) throw error;
    throw new AuthError({ ...error.failure, hint: `The redirect URI sent was ${sent}.` });
  }
}
