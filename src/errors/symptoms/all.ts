// The table of symptoms: one row for each thing that is known to go wrong.

import { ACCOUNT, LOGIN_REFUSED } from './account.js';
import { BASIC } from './basic.js';
import { CALLBACK, CALLBACK_WITHOUT_COOKIE } from './callback.js';
import { CONNECTION } from './connection.js';
import { AUTHORIZATION_REQUEST, DEX_PAGES, DEX_STATUS, PUBLIC_CLIENT, TOKEN_ENDPOINT } from './dex.js';
import { KEYLESS } from './keyless.js';
import { LOGIN_API, LOGIN_API_STATUS, LOGIN_API_UNAVAILABLE } from './login-api.js';
import { MLFLOW, MLFLOW_PROTECTIONS, UNTRUSTED_BY_KUBERNETES } from './mlflow.js';
import { OAUTH2_PROXY } from './oauth2-proxy.js';
import { OTHER_LOGINS } from './other-logins.js';
import { PEOPLE, PEOPLE_STATUS } from './people.js';
import { PEOPLE_PROVIDER, PEOPLE_PROVIDER_STATUS } from './people-provider.js';
import { PROVIDER, PROVIDER_TOKEN } from './provider.js';
import { PROVIDER_ASSERTION } from './provider-assertion.js';
import { PROVIDER_GRANTS } from './provider-grants.js';
import { PROVIDER_CLIENT, PROVIDER_REQUEST } from './provider-request.js';
import { SDK } from './sdk.js';
import type { Symptom } from './symptom.js';

/** The first row that fits explains a failure, so the most telling one comes first. */
const ROWS = [
  ...SDK,
  ...LOGIN_API_UNAVAILABLE,
  ...KEYLESS,
  ...OTHER_LOGINS,
  ...PEOPLE,
  ...PEOPLE_PROVIDER,
  ...PROVIDER,
  ...PROVIDER_CLIENT,
  ...PROVIDER_GRANTS,
  ...PROVIDER_ASSERTION,
  ...PROVIDER_REQUEST,
  ...PROVIDER_TOKEN,
  ...PUBLIC_CLIENT,
  ...DEX_PAGES,
  ...AUTHORIZATION_REQUEST,
  ...ACCOUNT,
  ...LOGIN_API,
  ...LOGIN_REFUSED,
  ...TOKEN_ENDPOINT,
  ...LOGIN_API_STATUS,
  ...PEOPLE_STATUS,
  ...PEOPLE_PROVIDER_STATUS,
  ...DEX_STATUS,
  ...MLFLOW_PROTECTIONS,
  ...BASIC,
  ...CALLBACK,
  ...OAUTH2_PROXY,
  ...CALLBACK_WITHOUT_COOKIE,
  ...UNTRUSTED_BY_KUBERNETES,
  ...MLFLOW,
  ...CONNECTION,
] as const;

/** The names of the rows, and `unknown` for a failure that fits none. */
export type SymptomId = (typeof ROWS)[number]['id'] | 'unknown';

export const SYMPTOMS: readonly Symptom<SymptomId>[] = ROWS;
