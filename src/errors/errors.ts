// The two kinds of failure a user can see: wrong settings (exit 2) and a login that did not work (exit 1).

import { bounded, printable } from '../util/text.js';
import { explain, markOf } from './explain.js';
import type { Failure } from './failure.js';
import { gotText, triedText } from './render.js';

import type { SymptomId } from './symptoms/all.js';
import type { Symptom } from './symptoms/symptom.js';

/** Settings or arguments are wrong: exit 2. It is thrown only before anything is sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** @param text one line, or several; what it quotes of the user cannot add another one */
  constructor(text: string | readonly string[]) {
    super([text].flat().map(indented).join('\n'));
  }
}

/** The text as one printable line, with the spaces that indent it. */
function indented(line: string): string {
  return line.slice(0, line.length - line.replace(/^ +/, '').length) + printable(line);
}

/** A login, verification or hand-over that failed, in three lines: tried, got, fix. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  /** The row of the table of symptoms that explains it. */
  readonly symptom: Symptom<SymptomId>;
  /** The advice of the row and of the caller. */
  readonly advice: string;

  /** What it knows of itself: printable, but uncut and with whatever secret a server put in. `redact` does both. */
  readonly failure: Failure;
  /** What was attempted, fit to be printed. */
  readonly tried: string;
  /** What came back, fit to be printed: the status, the server's own reason, an error code. Never a page or a secret. */
  readonly got: string;

  constructor(failure: Failure, options?: ErrorOptions) {
    const symptom = explain(failure);
    const tried = bounded(triedText(failure.tried));
    const got = bounded(gotText(failure, symptom));
    const advice = printable([failure.hint, symptom.advice].filter(Boolean).join(' '));
    super(`Tried: ${tried}\nGot:   ${got} (${symptom.meaning})\nFix:   ${advice} ${markOf(symptom.id)}`, options);
    this.failure = failure;
    this.tried = tried;
    this.got = got;
    this.symptom = symptom;
    this.advice = advice;
  }

  /** Name of the symptom. */
  get id(): SymptomId {
    return this.symptom.id;
  }
}

/** Whether it is a failure that one of these symptoms explains. */
export function hasSymptom(error: unknown, ...ids: SymptomId[]): error is AuthError {
  return error instanceof AuthError && ids.includes(error.id);
}

/**
 * The text of anything that can be thrown, with its causes and codes, never empty: the lines of the program's own errors,
 * or one printable line of any other. AggregateErrors (a host with several addresses) are shown by their parts.
 */
export function errorMessage(error: unknown): string {
  if (error instanceof AuthError || error instanceof UsageError) return error.message;
  // Whitespace and control characters alone are nothing that can be printed.
  return printable(textOf(error)) || 'unknown error';
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) {
    if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
    return (typeof error === 'string' && error) || `unknown error (${typeof error})`;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const parts = error instanceof AggregateError ? error.errors.map(errorMessage) : [withoutValue(error.message)];
  const text = [...new Set(parts)].filter(Boolean).join('; ') || error.name || 'unknown error';
  const own = code && !text.includes(code) ? `${code}: ${text}` : text;
  return error.cause instanceof Error ? `${own}: ${errorMessage(error.cause)}` : own;
}

/** What a runtime's message quotes of a value that it did not take: a header, JSON, an address. It may be a secret. */
const QUOTES: readonly [pattern: RegExp, rest: string][] = [
  [/"[\s\S]*" is an invalid header/, 'a value is an invalid header'],
  [/(, )?(\.\.\.)?"[\s\S]*"(\.\.\.)? is not valid JSON/, ': not valid JSON'],
  [/^Unexpected token .* in JSON/, 'Unexpected token in JSON'],
  [/^Unexpected token .*(?=: not valid JSON)/, 'Unexpected token'],
  [/(Invalid URL|Failed to parse URL from|that includes credentials):? [\s\S]*/, '$1'],
];

function withoutValue(message: string): string {
  return QUOTES.reduce((text, [pattern, rest]) => text.replace(pattern, rest), message);
}

/** The error codes of anything that can be thrown, the outermost first, with those of its causes and parts. */
export function errorCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const parts = error instanceof AggregateError ? error.errors.flatMap(errorCodes) : [];
  return [...new Set([...own, ...parts, ...errorCodes(error.cause)])];
}
