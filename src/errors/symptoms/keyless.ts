// Symptoms of logins with the ID token of a CI job: its source, and its exchange at Dex.

import type { Symptom } from './symptom.js';

/** The ID token of the CI job, before it is sent. */
const CI_TOKEN = [
  {
    id: 'ci-token-file',
    layer: 'CI',
    found: '{text}',
    title: 'ID token file not readable',
    meaning: 'the file with the ID token of the CI job cannot be read',
    advice: 'Check id-token-file: in Kubernetes it is the path of a projected serviceAccountToken volume.',
  },
  {
    id: 'ci-token-invalid',
    layer: 'CI',
    found: 'a text of {length} characters that is not a JWT',
    title: 'Invalid ID token of the CI job',
    meaning: 'an ID token is a JWT: three base64url parts, separated by dots',
    advice:
      'Check id-token or id-token-file. On GitLab it is the variable named under id_tokens, on CircleCI CIRCLE_OIDC_TOKEN_V2.',
  },
  {
    id: 'ci-token-expired',
    layer: 'CI',
    found: 'it expired at {end} ({claims})',
    title: 'ID token of the CI job expired',
    meaning: 'the CI system does not replace it during the job',
    advice:
      'Log in earlier in the job, or increase the timeout of the job: a GitLab ID token expires with it. Where the CI system replaces the token in a file, set id-token-file. Check the clock of this machine, too.',
  },
  {
    id: 'ci-token-request',
    layer: 'CI',
    at: ['ci'],
    status: /./,
    title: 'GitHub returned no ID token',
    meaning: 'GitHub did not return an ID token for this job',
    advice:
      'Grant the job permissions: id-token: write. GitHub gives no ID token to pull requests from forks. With status 5xx or 429, try again later.',
  },
] as const satisfies readonly Symptom[];

/** What Dex answers to a token exchange (server/handlers.go, handleTokenExchange). */
const EXCHANGE = [
  {
    id: 'exchange-off',
    layer: 'Dex',
    at: ['exchange'],
    words: /unsupported_grant_type/,
    found: 'grant_types_supported without token-exchange',
    title: 'Token exchange not supported',
    meaning: 'this Dex does not allow the token exchange that a keyless login requires',
    advice:
      'Ask the administrator of Dex to add urn:ietf:params:oauth:grant-type:token-exchange to oauth2.grantTypes, or to upgrade Dex to 2.38 or later.',
  },
  {
    id: 'exchange-connector',
    layer: 'Dex',
    at: ['exchange'],
    words: /connector does not exist/i,
    message: /Requested connector does not exist/,
    title: 'Unknown connector for the token exchange',
    meaning:
      'Dex has no connector with this ID, the connector is not of type oidc, or Dex could not reach its issuer yet',
    advice:
      'Check connector (DEX_CONNECTOR): it must be the ID of the oidc connector for ID tokens of this CI system. Otherwise ask the administrator of Dex whether Dex reaches its issuer.',
  },
  {
    id: 'exchange-connector-client',
    layer: 'Dex',
    at: ['exchange'],
    words: /Connector not allowed/i,
    message: /Connector not allowed for this client/,
    title: 'Connector not allowed for this client',
    meaning: 'allowedConnectors of the client in Dex does not contain this connector',
    advice: 'Ask the administrator of Dex to add the connector to allowedConnectors of the client.',
  },
  {
    id: 'exchange-refused',
    layer: 'Dex',
    at: ['exchange'],
    status: /^401$/,
    words: /access_denied/,
    title: 'Dex rejects the ID token of the CI job',
    meaning:
      'its issuer, signature or time is invalid for the connector, allowedGroups of the connector does not contain its owner, or a claim is missing; only the log of Dex says which',
    advice:
      'Compare these claims with the connector in Dex: issuer, allowedGroups, userNameKey and claimMapping ("failed to verify subject token" in the log of Dex). mlflow-auth does not send this ID token again.',
  },
  {
    id: 'exchange-client',
    layer: 'Dex',
    at: ['exchange'],
    words: /invalid_client|client credentials/i,
    title: 'Client rejected',
    meaning: 'Dex has no client with this ID, or its secret is missing or wrong',
    advice:
      'Check client-id (DEX_CLIENT_ID). A public client (public: true in Dex) requires no client-secret and accepts none; for any other client set client-secret.',
  },
  {
    id: 'exchange-peer',
    layer: 'Dex',
    at: ['exchange'],
    status: /^500$/,
    words: /server_error/,
    title: 'Client not trusted by the MLflow proxy',
    meaning: 'Dex fails in this way if the client of the MLflow proxy does not list this client in trustedPeers',
    advice:
      'Ask the administrator of Dex to add client-id to trustedPeers of the client of the MLflow proxy, and check audience (DEX_AUDIENCE). If both are correct, the log of Dex says more.',
  },
  {
    id: 'exchange-type',
    layer: 'Dex',
    at: ['exchange'],
    words: /request_not_supported|Missing subject_token|Invalid (subject|requested)_token_type/i,
    message: /Missing subject_token|Invalid (subject|requested)_token_type/,
    title: 'Token type not supported',
    meaning: 'Dex does not support this kind of token exchange',
    advice: 'Upgrade Dex to 2.38 or later, or check dex-url: another server than Dex may respond.',
  },
] as const satisfies readonly Symptom[];

export const KEYLESS = [...CI_TOKEN, ...EXCHANGE] as const;
