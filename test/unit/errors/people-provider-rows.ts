// What OpenID providers answer to a login by a person, for symptoms.test.ts.

type At = 'person-device' | 'person-token' | 'person-browser' | 'person-revoke';
type Row = [layer: string, at: At | undefined, got: string, advice: RegExp];

const KEYCLOAK_OFF =
  'Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client.';

export const PEOPLE_PROVIDER_ROWS: Record<string, Row> = {
  'person-device-off': ['OpenID provider', 'person-device', `400 unauthorized_client: ${KEYCLOAK_OFF}`, /--browser/],
  'person-client-refused': [
    'OpenID provider',
    'person-device',
    '401 invalid_client: Invalid client or Invalid client credentials',
    /public client/,
  ],
  'person-scope': ['OpenID provider', 'person-device', '400 invalid_scope: Invalid scopes: nope', /DEX_SCOPES/],
  'person-offline': [
    'OpenID provider',
    'person-token',
    '400 not_allowed: Offline tokens not allowed for the user or client',
    /DEX_SCOPES/,
  ],
  'person-target': ['OpenID provider', 'person-token', '400 invalid_target: unknown', /MLFLOW_AUTH_RESOURCE/],
  'person-expired': ['account', 'person-token', '400 expired_token: Device code is expired', /in time/],
  'person-code': ['OpenID provider', 'person-token', '400 invalid_grant: Code not valid', /Log in again/],
  'person-device-answer': ['OpenID provider', 'person-device', '200 HTML page "Portal"', /--browser/],
  'person-timeout': ['account', undefined, '', /DEX_REDIRECT_URI/],
  'person-unsupported': ['OpenID provider', undefined, '', /MLFLOW_AUTH_ISSUER/],
  'person-no-refresh-token': ['OpenID provider', undefined, '', /offline_access/],
  'person-token-answer': ['OpenID provider', 'person-token', '200 HTML page "Portal"', /MLFLOW_AUTH_ISSUER/],
  'person-browser-error': ['OpenID provider', 'person-browser', '303 server_error: no', /administrator/],
  'person-revoke-failed': ['OpenID provider', 'person-revoke', '503 an empty response', /until it expires/],
};

/** More answers of the same kinds. */
export const MORE_FOR_PEOPLE: [at: At, got: string, id: string][] = [
  ['person-device', '401 unauthorized_client: Invalid client or Invalid client credentials', 'person-client-refused'],
  [
    'person-token',
    "401 invalid_client: AADSTS7000218: The request body must contain 'client_secret'.",
    'person-client-refused',
  ],
  ['person-browser', '303 unauthorized_client: Client is not allowed', 'person-client-refused'],
  ['person-browser', '303 invalid_scope: Invalid scopes', 'person-scope'],
  ['person-browser', '303 access_denied: ', 'device-denied'],
  ['person-token', '400 access_denied: The end user denied the authorization request', 'device-denied'],
  ['person-token', '400 unsupported_grant_type: ', 'person-device-off'],
  ['person-token', '400 invalid_grant: Device code not valid', 'person-code'],
  ['person-device', '503 an empty response', 'issuer-unavailable'],
  ['person-token', '429 slow down', 'issuer-unavailable'],
  ['person-device', '404 an empty response', 'person-device-answer'],
  ['person-device', '302 redirect to https://other.test/ an empty response', 'person-device-answer'],
];
