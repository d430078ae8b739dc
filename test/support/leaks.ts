// Looks for secrets, in every form in which a server or a program writes them, in all that a run left behind.

import assert from 'node:assert/strict';
import type { FakePlatform } from './fake/platform.js';
import type { Outcome } from './program.js';

/** Every secret of a login in plain, URL-encoded, form-encoded, base64 and JSON-escaped form. */
export function formsOf(secrets: string[]): string[] {
  return secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    JSON.stringify(secret).slice(1, -1),
  ]);
}

/** The secrets of this run: those given, and those that the platform saw or sent. */
export function secretsOf({ asked }: Pick<FakePlatform, 'asked'>, given: Record<string, string>): string[] {
  const sent = asked.flatMap(({ request }) => {
    const form = new URLSearchParams(request.body);
    const json = request.body.startsWith('{') ? [JSON.parse(request.body).password] : [];
    return [
      ...json,
      form.get('code'),
      form.get('code_verifier'),
      form.get('subject_token'),
      form.get('assertion'),
      form.get('client_assertion'),
      form.get('password'),
      request.headers.authorization?.replace(/^(Bearer|Basic) /, ''),
    ];
  });
  const all = [given.password, given['client-secret'], given['id-token'], given['client-key'], given.bearer, ...sent];
  return [...new Set(all.filter((one): one is string => typeof one === 'string' && one.length > 0))];
}

/** Masks are told to the runner by their value, so their lines do not count. */
export function assertNoSecret(outcome: Partial<Outcome>, secrets: string[]): void {
  const printed = (outcome.stdout ?? '').replace(/^::add-mask::.*$/gm, '');
  const everything = [printed, outcome.stderr ?? '', ...Object.values(outcome.files ?? {})].join('\n');
  for (const form of formsOf(secrets)) assert.ok(!everything.includes(form), `shows ${form} in:\n${everything}`);
  assert.doesNotMatch(everything, /secret body/, 'a whole page is shown');
}

/** The next refresh token alone, as an output: the one that was given is used up, whatever came after that. */
const NEXT = /^refresh-token<<(ghadelimiter_.*)\n.*\n\1\n$/;

/**
 * Fails where a run has handed something over: a variable, an output, a file. What the post step is to remove may be
 * noted, and the next refresh token goes back.
 * @returns the rest, which must not hold it
 */
export function assertNothingHandedOver(outcome: Partial<Outcome>): Partial<Outcome> {
  const { GITHUB_STEP_SUMMARY: _, GITHUB_STATE: __, GITHUB_OUTPUT: output = '', ...others } = outcome.files ?? {};
  assert.deepEqual({ ...others, output: output.replace(NEXT, '') }, { GITHUB_ENV: '', output: '' });
  return { ...outcome, files: { ...outcome.files, GITHUB_OUTPUT: output.replace(NEXT, '') } };
}
