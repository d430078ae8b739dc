// The credential for OTLP exporters, which read their headers from one variable and know nothing of MLflow.

import { type Credential, headersOf, secretsOf } from '../login/credential.js';
import type { Secrets } from '../util/secrets.js';
import type { Variable } from './variables.js';

/**
 * The headers with which an OTLP/HTTP exporter reaches MLflow, in the form of the OpenTelemetry specification
 * ("Specifying headers via environment variables"): as in W3C Baggage, `name=value` with a percent-encoded value.
 * Without `accept`, oauth2-proxy answers an expired credential with a redirect to the login page, which exporters take for
 * success.
 * @param secrets gets the credential in this form, too
 */
export function otlpVariable(credential: Credential, workspace: string | undefined, secrets: Secrets): Variable {
  const headers = {
    ...headersOf(credential),
    ...(workspace ? { 'x-mlflow-workspace': workspace } : {}),
    accept: 'application/json',
  };
  for (const secret of secretsOf(credential)) secrets.add(encodeURIComponent(secret));
  const pairs = Object.entries(headers).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return { name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', value: pairs.join(',') };
}
