// Reads the one field for which a request to the login API was made.

import { AuthError } from '../../errors/errors.js';
import type { RequestName } from '../../errors/failure.js';
import { expectJson, factsOf, isText, responseError } from '../../http/response.js';
import type { HttpResponse } from '../../http/types.js';

/**
 * The text of a field in the JSON object of a 200 answer, without whitespace around it.
 * @param hint advice to add to the server's own reason
 * @throws AuthError with the server's own reason, which the login API also gives with status 200
 */
export function expectField(answer: HttpResponse, stage: RequestName, field: string, hint?: string): string {
  const value = expectJson(answer, stage, hint)[field];
  if (isText(value) && value.trim() !== '') return value.trim();
  if (factsOf(answer).code ?? factsOf(answer).message) throw responseError(answer, stage, hint);
  const facts = { status: answer.status, field: `"${field}"` };
  throw new AuthError({ request: stage, tried: answer.tried, diagnosis: { id: 'field-missing', facts } });
}
