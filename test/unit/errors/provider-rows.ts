// What OpenID providers answer, each as a real one did or as its documents say, for symptoms.test.ts.

type At = 'issuer' | 'grant' | 'provider-refresh' | 'provider-password' | 'provider-exchange';
type Row = [layer: string, at: At | undefined, got: string, advice: RegExp];

const provider = (at: Row[1], got: string, advice: RegExp): Row => ['OpenID provider', at, got, advice];

export const PROVIDER_ROWS: Record<string, Row> = {
  'issuer-not-found': provider(undefined, '', /MLFLOW_AUTH_ISSUER/),
  'issuer-mismatch': provider(undefined, '', /MLFLOW_AUTH_ISSUER/),
  'issuer-insecure': provider(undefined, '', /https:/),
  'issuer-elsewhere': provider(undefined, '', /No secret was sent.*MLFLOW_AUTH_ISSUER/),
  'grant-unlisted': provider(undefined, '', /MLFLOW_AUTH_LOGIN/),
  'issuer-unavailable': provider('issuer', '503 an empty response', /Try again later/),
  'not-an-issuer': provider('issuer', '404 Realm does not exist', /realms/),
  'provider-refresh-refused': provider(
    'provider-refresh',
    '400 invalid_grant: Token is not active',
    /Log in again.*a login of its own/,
  ),
  'assertion-reused': provider('grant', '400 invalid_client: Token reuse detected', /supportsClientAssertionReuse/),
  'assertion-audience': provider(
    'grant',
    '400 invalid_client: Invalid token audience',
    /assertion-audience.*id-token-audience/,
  ),
  'assertion-time': provider('grant', '400 invalid_client: Token is not active', /clock/),
  'assertion-signature': provider(
    'grant',
    '400 invalid_client: Client authentication with signed JWT failed: Signature on JWT token failed validation',
    /public key/,
  ),
  'federation-unknown': provider('grant', '400 invalid_grant: User not found', /exactly/),
  'client-basic': provider(
    'grant',
    '400 unauthorized_client: Unexpected error when authenticating client',
    /client-auth/,
  ),
  'client-auth-method': provider(
    'grant',
    "401 invalid_client: The OAuth 2.0 Client supports client authentication method 'client_secret_post', but method 'client_secret_basic' was requested.",
    /client-auth/,
  ),
  'service-account-off': provider(
    'grant',
    '401 unauthorized_client: Client not enabled to retrieve service account',
    /Service accounts roles/,
  ),
  'proof-of-possession': provider('grant', '400 invalid_request: DPoP proof is missing', /turn this off/),
  'audience-not-allowed': provider(
    'grant',
    "400 invalid_request: Requested audience 'x' has not been whitelisted by the OAuth 2.0 Client.",
    /add the audience/,
  ),
  'scope-refused': provider('grant', '400 invalid_scope: Invalid scopes: nope', /\/\.default/),
  'client-refused': provider(
    'grant',
    '401 unauthorized_client: Invalid client or Invalid client credentials',
    /client-secret or client-key/,
  ),
  'grant-refused': provider('grant', '400 unauthorized_client: The client is not allowed', /allow the grant/),
  'grant-invalid': provider('grant', '400 invalid_grant: The authorization grant is invalid', /trust relationship/),
  'provider-unavailable': provider('grant', '503 an empty response', /Try again later/),
  'not-a-token-endpoint': provider('grant', '200 HTML page "Portal"', /MLFLOW_AUTH_ISSUER/),
  'token-response': provider(undefined, '', /administrator/),
  'opaque-token': provider(undefined, '', /strategies\.access_token/),
  'provider-audience': ['oauth2-proxy', undefined, '', /docs\/providers\.md/],
  'email-unverified': [
    'oauth2-proxy',
    undefined,
    "email in id_token (ci@example.com) isn't verified",
    /client scope email/,
  ],
  'bearer-file': ['CI', undefined, '', /MLFLOW_AUTH_BEARER_FILE/],
  'bearer-invalid': ['CI', undefined, '', /without "Bearer"/],
  'bearer-expired': ['CI', undefined, '', /bearer-file/],
};

/** More answers of the same kinds: another provider's, or another text for the same. */
export const MORE_ANSWERS: [at: At, got: string, id: string][] = [
  [
    'grant',
    "400 invalid_grant: No public JWK was registered for issuer 'https://ci' and subject 'repo:x', and public key is required to check signature of JWT",
    'federation-unknown',
  ],
  ['provider-refresh', '400 invalid_grant: Session not active', 'provider-refresh-refused'],
  ['provider-refresh', '400 invalid_grant: Maximum allowed refresh token reuse exceeded', 'provider-refresh-refused'],
  ['provider-refresh', '403 invalid_grant: Unknown or invalid refresh token.', 'provider-refresh-refused'],
  ['provider-refresh', '400 invalid_grant: AADSTS700082: The refresh token has expired', 'provider-refresh-refused'],
  ['provider-refresh', '401 unauthorized_client: Invalid client or Invalid client credentials', 'client-refused'],
  ['provider-refresh', '400 invalid_client: Token is not active', 'assertion-time'],
  ['provider-refresh', '503 an empty response', 'provider-unavailable'],
  ['provider-refresh', '200 HTML page "Console"', 'not-a-token-endpoint'],
  ['grant', '400 jti_known: The jti was already used.', 'assertion-reused'],
  ['grant', '400 invalid_client: Multiple audiences not allowed', 'assertion-audience'],
  ['grant', '401 invalid_client: AADSTS700212: No matching federated identity record found', 'assertion-audience'],
  [
    'grant',
    '401 invalid_client: AADSTS700213: No matching federated identity record found for subject',
    'federation-unknown',
  ],
  ['grant', '400 invalid_request: AADSTS70021: No matching federated identity record found', 'federation-unknown'],
  ['grant', '401 invalid_client: AADSTS700024: Client assertion is not within its valid time range.', 'assertion-time'],
  ['grant', '400 invalid_client: Token was issued in the future', 'assertion-time'],
  ['grant', '500 error: The error is unrecognizable', 'assertion-time'],
  ['grant', '401 invalid_client: AADSTS700027: signature', 'assertion-signature'],
  ['grant', '401 invalid_client: Invalid client or Invalid client credentials', 'client-refused'],
  ['grant', '401 invalid_client: AADSTS7000215: Invalid client secret provided.', 'client-refused'],
  ['grant', '401 invalid_client: Client authentication failed (e.g., unknown client)', 'client-refused'],
  ['grant', '401 unauthorized_client: Public client not allowed to retrieve service account', 'service-account-off'],
  ['grant', '400 invalid_target: resource indicator is missing, or unknown', 'audience-not-allowed'],
  ['grant', '403 access_denied: Client is not within the token audience', 'audience-not-allowed'],
  ['grant', '403 access_denied: Client not allowed to exchange', 'grant-refused'],
  ['grant', '400 invalid_request: AADSTS90014: The required field scope is missing', 'scope-refused'],
  ['grant', '400 invalid_scope: Custom scopes are not allowed for this request.', 'scope-refused'],
  ['grant', '400 unsupported_grant_type', 'grant-refused'],
  ['grant', '500 HTML page "500 Internal Server Error"', 'provider-unavailable'],
  ['grant', '429 slow down', 'provider-unavailable'],
  ['grant', '302 redirect to https://other.test/ an empty response', 'not-a-token-endpoint'],
  ['issuer', '302 redirect to https://other.test/ an empty response', 'not-an-issuer'],
  ['issuer', '200 HTML page "Console"', 'not-an-issuer'],
];
