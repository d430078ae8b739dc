// From what came back to what it means and what to do: looks a failure up in the table of symptoms.

import { SYMPTOMS, type SymptomId } from './symptoms/all.js';
import type { Layer, Stage, Symptom } from './symptoms/symptom.js';

/** The row for a failure of ours: the first whose stages and pattern fit. */
export function explain(stage: Stage, got: string): Symptom<SymptomId> {
  const known = SYMPTOMS.find(({ stages, pattern }) => stages.includes(stage) && pattern.test(got));
  return known ?? { ...UNKNOWN, layer: LAYERS[stage] ?? UNKNOWN.layer };
}

/** The row for an error text of the SDK, of curl or of this program; undefined when none fits. */
export function explainMessage(text: string): Symptom<SymptomId> | undefined {
  return SYMPTOMS.find(({ meaning }) => text.includes(meaning)) ?? SYMPTOMS.find(({ message }) => message?.test(text));
}

/** Who answers at a stage, where it is not the login API. */
const LAYERS: Partial<Record<Stage, Layer>> = {
  connect: 'network',
  token: 'Dex',
  refresh: 'Dex',
  proxy: 'oauth2-proxy',
  mlflow: 'MLflow',
};

const UNKNOWN: Symptom<'unknown'> = {
  id: 'unknown',
  layer: 'login API',
  stages: [],
  pattern: /(?:)/,
  title: 'Unexpected answer',
  meaning: 'the server answered in a way that this version does not know',
  advice: 'Check the settings; if they are right, open an issue with these lines.',
};
