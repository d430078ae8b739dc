// Logs in many times at once, as so many jobs of a matrix do: `node many.js METHOD COUNT`, settings from the environment.

import { readFileSync } from 'node:fs';
import { errorMessage } from '../../src/errors/errors.js';
import { secretsOf } from '../../src/login/credential.js';
import { runLogin } from '../../src/login/session.js';
import { readSettings } from '../../src/settings/settings.js';
import { Secrets } from '../../src/util/secrets.js';

/** What one login came to. */
export interface Outcome {
  /** Milliseconds. */
  time: number;
  /** The steps with the time that each took, as they were told. */
  steps: string[];
  /** The credential, or why there is none. */
  value: string;
  failed: boolean;
}

const [method = 'token', count = '1'] = process.argv.slice(2);

async function one(): Promise<Outcome> {
  const steps: string[] = [];
  const say = (line: string) => void steps.push(line);
  const secrets = new Secrets();
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const sources = { caller: 'cli', given: { method }, env: process.env, readFile } as const;
  const settings = readSettings(sources, { trackingUri: true, caPath: false }, secrets.add, say);
  const start = performance.now();
  const outcome = await runLogin(settings, secrets, { info: say, warn: say }).then(
    (credential) => ({ value: secretsOf(credential).at(-1) ?? '', failed: false }),
    (error) => ({ value: errorMessage(error), failed: true }),
  );
  return { time: performance.now() - start, steps, ...outcome };
}

process.stdout.write(JSON.stringify(await Promise.all(Array.from({ length: Number(count) }, one))));
