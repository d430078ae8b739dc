// Reads what the login API, Dex, oauth2-proxy and MLflow answer: JSON when it is JSON, a reason in one line when it is not.

import { AuthError } from '../errors/errors.js';
import type { Stage } from '../errors/symptoms/symptom.js';
import { bounded, printable, wellFormed } from '../util/text.js';
import { parseUrl } from '../util/url.js';
import type { HttpResponse } from './types.js';

export type Json = Record<string, unknown>;

/** The body as a JSON object, or undefined when it is anything else. */
export function jsonObject(body: string): Json | undefined {
  const value = json(body);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The objects of a JSON array; empty when the body is anything else. */
export function jsonArray(body: string): Json[] {
  const value = json(body);
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
}

function json(body: string): unknown {
  try {
    return JSON.parse(body, (_, value) => (typeof value === 'string' ? wellFormed(value) : value));
  } catch {
    return undefined;
  }
}

/**
 * The JSON object of a 200 answer.
 * @throws AuthError with the server's own reason for any other status, and for a body that is no JSON object
 */
export function expectJson(answer: HttpResponse, stage: Stage, hint?: string): Json {
  const json = jsonObject(answer.body);
  if (answer.status !== 200 || !json) throw responseError(answer, stage, hint);
  return json;
}

/** The error for an answer that is not the expected one. */
export function responseError(answer: HttpResponse, stage: Stage, hint?: string): AuthError {
  const got = `${answer.status} ${redirectTarget(answer)}${serverReason(answer)}`.trim();
  return new AuthError({ stage, tried: answer.tried, got, ...(hint ? { hint } : {}) });
}

/** Where a redirect points, without its query, which may hold a code. */
function redirectTarget(answer: HttpResponse): string {
  const location = answer.headers.get('location');
  if (!location || answer.status < 300 || answer.status > 399) return '';
  const url = parseUrl(location, answer.url);
  const error = url?.searchParams.get('error_description') ?? url?.searchParams.get('error');
  return `redirect to ${url ? printable(url.origin + url.pathname) : 'an address that is none'}${error ? ` with ${printable(error)}` : ''} `;
}

/**
 * The server's own reason, uncut: a cut before secrets are struck out would leave a part of one. Known JSON shapes: a Kubernetes Status ({reason, message}), {error: {code, reason, message}}
 * of the kubernetes-auth plugin, {error, error_description} (RFC 6749, 5.2), {error_code, message} of MLflow, {message}.
 * Of a page only its title or heading, and the request id that oauth2-proxy prints.
 */
export function serverReason({ status, body, headers }: HttpResponse): string {
  const json = jsonObject(body);
  if (json) {
    const inner = typeof json.error === 'object' && json.error !== null ? (json.error as Json) : {};
    const code = [json.reason, json.error_code, json.error, inner.code, inner.reason].find(isText);
    const text = [json.message, json.error_description, inner.message].find(isText);
    return bounded([code, text].filter(Boolean).join(': ')) || 'JSON without a reason';
  }
  if (/html/i.test(headers.get('content-type') ?? '') || /^\s*</.test(body)) return htmlReason(body);
  const text = bounded(body);
  if (text === '') return 'an empty answer';
  // What was meant to be an answer, or JSON that broke off, may hold a code or a token that nobody has masked yet.
  return status < 300 || /^\s*[[{"]/.test(body) ? 'no JSON object' : text;
}

function htmlReason(page: string): string {
  // No part of the pattern goes across a "<", so that the time does not grow with the square of the page.
  const parts = [...page.matchAll(/<(title|h2|p|div class="content")(?=[\s>])[^<>]*>([^<]+)</gi)].map(([, , text]) =>
    text?.trim(),
  );
  const id = /Request ID:\s*([\w-]{8,64})/i.exec(page)?.[1];
  const texts = [...new Set(parts)]
    .filter((text) => text && !/^(More Info$|Request ID)/.test(text))
    .slice(0, 3)
    .join(' - ');
  return bounded(`HTML page${texts ? ` "${texts}"` : ''}${id ? `, request id ${id}` : ''}`);
}

/** Whether a field of JSON can be told: a text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
