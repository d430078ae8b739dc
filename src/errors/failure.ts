// What a failure knows of itself, as fields: sentences are made from it once, in render.ts, and nothing reads those again.

import type { SymptomId } from './symptoms/all.js';
import type { BodyKind, RequestName, Sent } from './symptoms/symptom.js';

export type { BodyKind, RequestName, Sent };

/** What was attempted; the address without its query. */
export interface Tried {
  /** As "begin the login". */
  what: string;
  method?: 'GET' | 'POST';
  address?: string;
}

/** Where a redirect leads, without its query, which may hold a code. */
export interface Redirect {
  /** Origin and path; undefined when the address is invalid. */
  target: string | undefined;
  /** It leads to a login: it carries a client_id, or leads to one of the usual paths of oauth2-proxy and Dex. */
  login: boolean;
  /** The error of an OAuth 2.0 error response (RFC 6749, 4.1.2.1). */
  error?: string;
}

/** A whole answer of a server. Texts are the server's own, in one line. */
export interface AnswerFacts {
  status: number;
  kind: BodyKind;
  code?: string;
  /** Its message, or the headings of a page. */
  message?: string;
  requestId?: string;
  /** The authentication schemes that a 401 offers (RFC 9110, 11.6.1), in lower case. */
  challenges?: readonly string[];
  redirect?: Redirect;
  /** The credential that the request carried. */
  sent?: Sent;
  /** oauth2-proxy has let this credential in at another request, so this answer is not its own. */
  letIn?: boolean;
}

/** An HTTP proxy's answer to CONNECT. */
export interface Refusal {
  status: number;
  /** The authentication schemes that it offers (RFC 9110, 11.6.1). */
  schemes: readonly string[];
}

/** The certificate that a server showed, names in short, days as in 2026-11-26. */
export interface ShownCertificate {
  subject: string;
  issuer: string;
  from: string;
  to: string;
  /** Certificates in the chain, as far as it is known. */
  length: number;
  /** The issuer of the last one. */
  end: string;
  selfSigned: boolean;
}

/** Everything below HTTP. */
export interface Broken {
  /** The runtime's own text with its error codes; '' after a time limit. */
  text: string;
  /** Host of the HTTP proxy on the way. */
  proxy?: string;
  /** It opened no tunnel. */
  refusal?: Refusal | undefined;
  /** The certificate that was not trusted; not under Deno, which does not show it. */
  shown?: ShownCertificate | undefined;
  /** Milliseconds of a time limit that passed, and whose it was. */
  limit?: { ms: number; of: 'request' | 'login' };
}

/** What the program itself finds out: a row by its id, and the values in its sentence. */
export interface Diagnosis {
  id: SymptomId;
  facts: Readonly<Record<string, string | number>>;
}

interface Common {
  request: RequestName;
  tried: Tried;
  /** Advice that only the caller can give, such as the connectors that the server offers. */
  hint?: string | undefined;
}

/** A failed request, and one of the three things that can be known of it. */
export type Failure = Common & ({ answer: AnswerFacts } | { broken: Broken } | { diagnosis: Diagnosis });

/** The answer in which it ended, if there was one. */
export const answerOf = (failure: Failure): AnswerFacts | undefined =>
  'answer' in failure ? failure.answer : undefined;
