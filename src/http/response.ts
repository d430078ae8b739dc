// Reads what the login API, Dex, oauth2-proxy and MLflow answer: JSON when it is JSON, a reason in one line when it is not.

import { AuthError } from '../errors/errors.js';

import type { AnswerFacts, Redirect, RequestName } from '../errors/failure.js';
import { reasonText } from '../errors/render.js';
import { bounded, printable, wellFormed } from '../util/text.js';

import { parseUrl } from '../util/url.js';
import { schemesIn } from './proxy-refusal.js';
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
export function expectJson(answer: HttpResponse, stage: RequestName, hint?: string): Json {
  const json = jsonObject(answer.body);
  if (answer.status !== 200 || !json) throw responseError(answer, stage, hint);
  return json;
}

/** The error for an answer that is not the expected one. */
export function responseError(answer: HttpResponse, request: RequestName, hint?: string): AuthError {
  return new AuthError({ request, tried: answer.tried, answer: factsOf(answer), hint });
}

/**
 * What an answer says, as fields, uncut: a cut before secrets are struck out would leave a part of one. Known JSON shapes: a Kubernetes Status ({reason, message}), {error: {code, reason, message}}
 * of the kubernetes-auth plugin, {error, error_description} (RFC 6749, 5.2), {error_code, message} of MLflow, {message}, {detail} of FastAPI.
 * Of a page only its title or heading, and the request id that oauth2-proxy prints.
 */
export function factsOf(answer: HttpResponse): AnswerFacts {
  const { status, sent } = answer;
  const redirect = redirectOf(answer);
  const challenges = status === 401 ? schemesIn(answer.headers.get('www-authenticate') ?? undefined) : [];
  return {
    status,
    ...bodyFacts(answer),
    ...(challenges.length > 0 ? { challenges: challenges.map((one) => one.toLowerCase()) } : {}),
    ...(redirect ? { redirect } : {}),
    ...(sent ? { sent } : {}),
  };
}

/** The server's own reason, in one line. */
export const serverReason = (answer: HttpResponse): string => reasonText(factsOf(answer));

function bodyFacts({
  status,
  body,
  headers,
}: HttpResponse): Pick<AnswerFacts, 'kind' | 'code' | 'message' | 'requestId'> {
  const json = jsonObject(body);
  if (json) {
    const inner = typeof json.error === 'object' && json.error !== null ? (json.error as Json) : {};
    const code = [json.reason, json.error_code, json.error, inner.code, inner.reason].find(isText);
    const message = [json.message, json.error_description, inner.message, json.detail].find(isText);
    return {
      kind: 'json',
      ...(code ? { code: bounded(code) } : {}),
      ...(message ? { message: bounded(message) } : {}),
    };
  }
  if (/html/i.test(headers.get('content-type') ?? '') || /^\s*</.test(body))
    return { kind: 'page', ...pageFacts(body) };
  const text = bounded(body);
  if (text === '') return { kind: 'empty' };
  // What was meant to be an answer, or JSON that broke off, may hold a code or a token that nobody has masked yet.
  const mayBeSecret = status < 300 || /^\s*[[{"]/.test(body);
  return { kind: 'text', ...(mayBeSecret ? {} : { message: text }) };
}

function pageFacts(page: string): Pick<AnswerFacts, 'message' | 'requestId'> {
  // No part of the pattern goes across a "<", so that the time does not grow with the square of the page.
  const parts = [...page.matchAll(/<(title|h1|h2|p|div class="content")(?=[\s>])[^<>]*>([^<]+)</gi)].map(([, , text]) =>
    text?.trim(),
  );
  const id = /Request ID:\s*([\w-]{8,64})/i.exec(page)?.[1];
  const texts = [...new Set(parts)]
    .filter((text) => text && !/^(More Info$|Request ID)/.test(text))
    .slice(0, 3)
    .join(' - ');
  return { ...(texts ? { message: bounded(texts) } : {}), ...(id ? { requestId: id } : {}) };
}

/** Where a redirect leads. @returns undefined for any other answer, and for an invalid address */
export function locationOf({ status, headers, url }: HttpResponse): URL | undefined {
  const location = headers.get('location');
  return status >= 300 && status <= 399 && location !== null ? parseUrl(location, url) : undefined;
}

/** Paths at which oauth2-proxy and Dex begin a login. */
const LOGIN_PATH = /\/(oauth2\/(start|sign_in)|(console-)?dex\/auth(\/[^/]*)?)\/?$/;

function redirectOf(answer: HttpResponse): Redirect | undefined {
  const { status, headers } = answer;
  if (!headers.get('location') || status < 300 || status > 399) return undefined;
  const target = locationOf(answer);
  if (!target) return { target: undefined, login: false };
  const { origin, pathname, searchParams } = target;
  const error = searchParams.get('error_description') ?? searchParams.get('error');
  const login = searchParams.has('client_id') || LOGIN_PATH.test(pathname);
  return { target: printable(origin + pathname), login, ...(error ? { error: printable(error) } : {}) };
}

/** Whether a field of JSON can be shown: a text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
