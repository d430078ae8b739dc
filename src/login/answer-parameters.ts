// What a login ends in: the parameters of a redirect with a code, or with an error (RFC 6749, 4.1.2).

import { AuthError } from '../errors/errors.js';
import type { RequestName } from '../errors/failure.js';
import type { HttpResponse } from '../http/types.js';
import { bounded } from '../util/text.js';

/**
 * @param request to which the redirect is the answer
 * @returns the parameters; code and state without whitespace around them
 * @throws AuthError for an error response (RFC 6749, 4.1.2.1)
 */
export function answerParameters(
  redirect: URL,
  { status, tried }: Pick<HttpResponse, 'status' | 'tried'>,
  request: RequestName,
): URLSearchParams {
  const parameters = parametersOf(redirect);
  const error = parameters.get('error');
  if (error) {
    const message = bounded(parameters.get('error_description') ?? 'no reason given');
    const facts = { status, kind: 'json', code: bounded(error), message } as const;
    throw new AuthError({ request, tried, answer: facts });
  }
  for (const name of ['code', 'state']) {
    const value = parameters.get(name);
    // What is there twice stays so, and is refused later.
    if (value !== null && value !== value.trim()) parameters.set(name, value.trim());
  }
  return parameters;
}

/** The query's parameters, or the fragment's where the query has none of an answer's. */
function parametersOf(url: URL): URLSearchParams {
  const both = [url.searchParams, new URLSearchParams(url.hash.slice(1))];
  const having = (names: readonly string[]) => both.find((one) => names.some((name) => one.has(name)));
  return having(['code', 'error', 'id_token']) ?? having(['state']) ?? url.searchParams;
}
