// What the summary of the job says of a login, and of one that failed.

import type { Report, Rows } from '../ci/github.js';
import { AuthError, errorMessage, UsageError } from '../errors/errors.js';
import type { Credential } from '../login/credential.js';
import type { Settings } from '../settings/types.js';

/** Who is logged in, where, and how. */
export function summaryOf(
  { workspace, trackingUri, verify }: Settings,
  { identity, method, expiresAt }: Credential,
): Rows {
  return [
    ['Logged in as', identity],
    ['Workspace', workspace ?? "the server's default"],
    ['MLflow', trackingUri],
    ['Method', method],
    ['Valid until', expiresAt?.toISOString() ?? (method === 'basic' ? 'it is changed' : 'not known')],
    ['Verified', verify ? 'yes' : 'no (verify: false)'],
  ];
}

/** How a failure is shown: as an annotation, and as a table in the summary. */
export function reportOf(error: unknown, redact: (text: string) => string): Report {
  const message = redact(errorMessage(error));
  if (!(error instanceof AuthError)) {
    const title = error instanceof UsageError ? 'Settings' : 'Unexpected error';
    return { title, message, rows: [['Errors', message]] };
  }
  const { tried, got, symptom, advice } = error;
  const rows = { Layer: symptom.layer, Tried: tried, Got: `${got} (${symptom.meaning})`, Fix: advice };
  return { title: symptom.title, message, rows: Object.entries(rows).map(([label, text]) => [label, redact(text)]) };
}
