// From what came back to what it means and what to do: looks a failure up in the table of symptoms.

import { SYMPTOMS, type Symptom } from './symptoms.js';

/** Where a failure showed itself. `connect` is everything below HTTP, at whichever request. */
export type Stage =
  | 'connect'
  | 'authorize'
  | 'pubkey'
  | 'password'
  | 'login'
  | 'token'
  | 'proxy'
  | 'callback'
  | 'mlflow';

/** The row for a failure: the first whose stages and pattern fit; each stage ends with a row that fits always. */
export function explain(stage: Stage, got: string): Symptom {
  const row = SYMPTOMS.find((symptom) => fits(symptom, stage) && symptom.pattern.test(got));
  return row ?? { id: 'unknown', stages: [], pattern: /(?:)/, title: 'Unexpected answer', ...UNKNOWN };
}

function fits(symptom: Symptom, stage: Stage): boolean {
  return symptom.stages.length === 0 || symptom.stages.includes(stage);
}

const UNKNOWN = {
  meaning: 'the server answered in a way that this version does not know',
  advice: 'Check the settings; if they are right, open an issue with these lines.',
};
