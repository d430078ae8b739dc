// Which variables of the environment hold secrets of a login, and an environment without them.

import type { Env } from '../util/env.js';
import { ROWS } from './table.js';

/** Names of the variables that hold the secret settings, or name their files. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set(
  ROWS.filter(({ secret }) => secret).flatMap(({ env }) => env.flatMap((name) => [name, `${name}_FILE`])),
);

/** The environment for a child process: without the secret settings, and without the variables `others`. */
export function withoutSecrets(env: Env, others: readonly string[] = []): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !SECRET_VARIABLES.has(name) && !others.includes(name)),
  );
}
