// Whether a person is there: a code in the log of a CI job would invite whoever reads it to be tricked into confirming it.

import { isatty } from 'node:tty';
import { UsageError } from '../errors/errors.js';
import type { Env } from '../util/env.js';

/** Variables by which CI systems show themselves; most set CI, too. */
export const CI_VARIABLES = [
  'CI',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'JENKINS_URL',
  'TF_BUILD',
  'TEAMCITY_VERSION',
  'CODEBUILD_BUILD_ID',
];

/** The variable that tells of a CI job; undefined outside of one. */
export const ciVariable = (env: Env): string | undefined =>
  CI_VARIABLES.find((name) => env[name] && env[name]?.toLowerCase() !== 'false');

/** @throws UsageError in a CI job, and if standard input or standard error is not a terminal */
export function requireTerminal(env: Env): void {
  const ci = ciVariable(env);
  if (ci)
    throw new UsageError(
      `login is for people, and ${ci} is set as in a CI job. Use a keyless login there, or the refresh token that login --print-refresh-token prints.`,
    );
  if (!isatty(0) || !isatty(2))
    throw new UsageError('login is for people: standard input and standard error must be a terminal.');
}
