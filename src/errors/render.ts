// The sentences of a failure, made from its fields.

import type { AnswerFacts, Broken, Failure, ShownCertificate, Tried } from './failure.js';
import type { Symptom } from './symptoms/symptom.js';

/** What was attempted, as "begin the login (GET https://platform/dex/api/v1/authorize)". */
export function triedText({ what, method, address }: Tried): string {
  return method && address ? `${what} (${method} ${address})` : address ? `${what} ${address}` : what;
}

/** What came back. */
export function gotText(failure: Failure, { found }: Pick<Symptom, 'found'>): string {
  if ('answer' in failure) return answerText(failure.answer);
  if ('broken' in failure) return brokenText(failure.broken);
  const { facts } = failure.diagnosis;
  return (found ?? '{text}').replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? ''));
}

function answerText(answer: AnswerFacts): string {
  const { status, redirect } = answer;
  const target = redirect && `redirect to ${redirect.target ?? 'an invalid address'}`;
  const error = redirect?.error ? ` with ${redirect.error}` : '';
  return `${status} ${target ? `${target}${error} ` : ''}${reasonText(answer)}`;
}

/** The server's own reason, or what came in its place. */
export function reasonText({ kind, code, message, requestId }: AnswerFacts): string {
  if (kind === 'empty') return 'an empty response';
  const text = [code, message].filter(Boolean).join(': ');
  if (kind === 'json') return text || 'JSON without a reason';
  if (kind === 'text') return text || 'no JSON object';
  return `HTML page${text ? ` "${text}"` : ''}${requestId ? `, request id ${requestId}` : ''}`;
}

/** What certificate was shown. */
function shownText({ subject, issuer, from, to, length }: ShownCertificate): string {
  const chain = length === 1 ? 'sent alone' : `in a chain of ${length}`;
  return `; certificate of "${subject}", issued by "${issuer}", valid from ${from} to ${to}, ${chain}`;
}

function brokenText({ text, proxy, limit, shown }: Broken): string {
  const what =
    limit?.of === 'login'
      ? `the time limit of ${limit.ms / 1000} s for the login expired`
      : limit
        ? `no response within ${limit.ms} ms`
        : `${text}${shown ? shownText(shown) : ''}`;
  return proxy ? `${what} through the HTTP proxy ${proxy}` : what;
}
