// The table of symptoms: one row for each thing that is known to go wrong, most telling pattern first.

import { CONNECTION } from './connection.js';
import { LOGIN } from './login-api.js';
import { MLFLOW } from './mlflow.js';
import { OAUTH2_PROXY } from './oauth2-proxy.js';
import { SDK } from './sdk.js';
import type { Symptom } from './symptom.js';

export const SYMPTOMS: readonly Symptom[] = [...SDK, ...LOGIN, ...OAUTH2_PROXY, ...MLFLOW, ...CONNECTION];
