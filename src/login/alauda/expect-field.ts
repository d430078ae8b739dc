// Reads the one field for which a request to the login API was made.

import { AuthError } from '../../errors/errors.js';
import type { Stage } from '../../errors/symptoms/symptom.js';
import { expectJson, isText, responseError } from '../../http/response.js';
import type { HttpResponse } from '../../http/types.js';

/**
 * The text of a field in the JSON object of a 200 answer, without whitespace around it.
 * @param hint advice to add to the server's own reason
 * @throws AuthError with the server's own reason, which the login API also gives with status 200
 */
export function expectField(answer: HttpResponse, stage: Stage, field: string, hint?: string): string {
  const value = expectJson(answer, stage, hint)[field];
  if (isText(value) && value.trim() !== '') return value.trim();
  if (/"(error|reason|message)"/.test(answer.body)) throw responseError(answer, stage, hint);
  throw new AuthError({ stage, tried: answer.tried, got: `${answer.status} JSON without "${field}"` });
}
