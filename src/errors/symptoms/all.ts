// The table of symptoms: one row for each thing that is known to go wrong, most telling pattern first.

import { CONNECTION } from './connection.js';
import { LOGIN } from './login-api.js';
import { MLFLOW } from './mlflow.js';
import { OAUTH2_PROXY } from './oauth2-proxy.js';
import { SDK } from './sdk.js';
import type { Symptom } from './symptom.js';

const ROWS = [...SDK, ...LOGIN, ...OAUTH2_PROXY, ...MLFLOW, ...CONNECTION] as const;

/** The names of the rows, and `unknown` for a failure that fits none. */
export type SymptomId = (typeof ROWS)[number]['id'] | 'unknown';

export const SYMPTOMS: readonly Symptom<SymptomId>[] = ROWS;
