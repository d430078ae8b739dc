// Symptoms of Dex: the authorization request and the token endpoint.

import type { Symptom } from './symptom.js';

/** Clients without a secret. */
export const PUBLIC_CLIENT = [
  {
    id: 'client-secret-missing',
    layer: 'Dex',
    found: '{client} is the client of the MLflow proxy itself, and client-secret is not set',
    title: 'Client secret required',
    meaning: 'this client is not a public client: oauth2-proxy has a secret for it',
    advice:
      'Set client-secret (DEX_CLIENT_SECRET), or set client-id to a public client that the client of the MLflow proxy lists in trustedPeers, or use the cookie method.',
  },
  {
    id: 'peer',
    layer: 'Dex',
    at: ['authorize', 'pubkey', 'login', 'page', 'form', 'browser', 'device', 'poll', 'token', 'password-grant'],
    words: /Client can't request scope/i,
    message: /Client can't request scope/,
    title: 'Client not trusted by the MLflow proxy',
    meaning: 'the client of the MLflow proxy does not list this client in trustedPeers',
    advice: 'Ask the administrator of Dex to add client-id to trustedPeers of the client of the MLflow proxy.',
  },
] as const satisfies readonly Symptom[];

/** What the pages of Dex end in (dexidp/dex, server/handlers.go and web/templates). */
export const DEX_PAGES = [
  {
    id: 'connector-error',
    layer: 'Dex',
    at: ['page', 'form', 'password-grant'],
    words: /Login error|Connector failed to initialize|Could not login user/i,
    message: /Login error\. Please contact your administrator|Connector failed to initialize/i,
    title: 'Dex cannot use the connector',
    meaning:
      'the connector failed: its LDAP server is down, its configuration is wrong, or the account is ambiguous; the password was not rejected',
    advice: 'Send these lines to the administrator of Dex, whose log shows the cause. mlflow-auth does not retry.',
  },
  {
    id: 'connector-browser',
    layer: 'Dex',
    found: '{status} redirect to {target}',
    title: 'Connector without a password',
    meaning: 'accounts of this connector log in at another identity provider, in a browser',
    advice:
      'Set connector (DEX_CONNECTOR) to one with a login form: local, or the ID of an LDAP connector. No password was sent.',
  },
  {
    id: 'dex-elsewhere',
    layer: 'Dex',
    found: '{status} redirect to {target}',
    title: 'Unexpected redirect',
    meaning: 'it leads to neither the pages of Dex nor the redirect URI',
    advice:
      'Check dex-url: if Dex has several addresses, use the one in its issuer, with https: and without a redirect.',
  },
  {
    id: 'foreign-form',
    layer: 'Dex',
    found: '{status} login form for {target}',
    title: 'Login form of another server',
    meaning: 'the login form would send the password to an address that is not below that of Dex',
    advice: 'No password was sent. Check dex-url, and tell the administrator of Dex.',
  },
  {
    id: 'dex-steps',
    layer: 'Dex',
    found: 'more than {steps} pages and redirects',
    title: 'Login does not finish',
    meaning: 'the pages of Dex lead to no redirect URI',
    advice: 'Send these lines to the administrator of Dex.',
  },
] as const satisfies readonly Symptom[];

/** What Dex refuses when a login begins: the client, its redirect URI, scopes and PKCE. */
export const AUTHORIZATION_REQUEST = [
  {
    id: 'pkce-required',
    layer: 'Dex',
    at: ['authorize', 'pubkey', 'login', 'page'],
    words: /PKCE|code_challenge/i,
    message: /PKCE|code_challenge/,
    title: 'PKCE required',
    meaning: 'the client requires PKCE, and the request contained no code challenge or an unsupported method',
    advice:
      'The token method always sends S256. With the cookie method, oauth2-proxy makes the request: an administrator must upgrade the MLflow plugin or set code_challenge_method = "S256".',
  },
  {
    id: 'redirect-uri',
    layer: 'Dex',
    at: ['authorize', 'pubkey', 'login', 'page'],
    words: /redirect_uri/i,
    message: /Unregistered redirect_uri/i,
    title: 'Redirect URI not registered',
    meaning: 'this redirect URI is not registered for the client',
    advice:
      'Set redirect-uri (DEX_REDIRECT_URI) to one that is registered for the client, with exactly that host, port and path; use the configured platform address, not another name or IP address of it. With the cookie method, oauth2-proxy sets the redirect URI: ask its administrator.',
  },
  {
    id: 'client-unknown',
    layer: 'Dex',
    at: ['authorize', 'page'],
    words: /client_id|invalid_client|unauthorized_client/i,
    message: /Invalid client_id/i,
    title: 'Unknown client',
    meaning: 'Dex has no client with this ID',
    advice:
      'Check client-id (DEX_CLIENT_ID): it must be the client of the MLflow proxy, on Alauda usually alauda-auth. With the cookie method, oauth2-proxy sets the client.',
  },
  {
    id: 'scope',
    layer: 'Dex',
    at: ['authorize', 'page', 'form', 'browser', 'device', 'poll', 'token', 'refresh', 'password-grant'],
    words: /invalid_scope|scope/i,
    message: /invalid_scope/,
    title: 'Invalid scope',
    meaning: 'a scope is unknown to Dex, or not allowed for this client',
    advice:
      'Set scopes (DEX_SCOPES) to what the client may request; the default is "openid email groups". With the cookie method, oauth2-proxy sets the scopes.',
  },
] as const satisfies readonly Symptom[];

/** What Dex answers to a code or a refresh token, and what is wrong with the tokens themselves. */
export const TOKEN_ENDPOINT = [
  {
    id: 'refresh-refused',
    layer: 'Dex',
    at: ['refresh'],
    status: /^400$/,
    words: /invalid_grant|invalid_request/,
    message: /Refresh token (is invalid|expired)/i,
    title: 'Refresh token rejected',
    meaning:
      'the refresh token was used before or has expired, or a newer login of the same account and client replaced it',
    advice:
      'Log in again. Dex keeps one refresh token for each account and client: give each job that runs at the same time an account of its own.',
  },
  {
    id: 'invalid-client',
    layer: 'Dex',
    at: ['token', 'refresh', 'password-grant'],
    words: /invalid_client|client credentials/i,
    message: /invalid_client|Invalid client credentials/i,
    title: 'Client authentication failed',
    meaning: 'the client secret does not match the client ID',
    advice:
      'Copy the secret again (on Alauda: key client-secret of the Secret cpaas-oidc-secret in cpaas-system). kubectl -o yaml shows it in base64: decode it, without a trailing line break.',
  },
  {
    id: 'redirect-uri-differs',
    layer: 'Dex',
    at: ['token'],
    words: /redirect_uri/i,
    message: /redirect_uri did not match/i,
    title: 'Redirect URI mismatch',
    meaning: 'the redirect URI differs from that of the authorization request',
    advice: 'A proxy in front of Dex rewrites addresses: use the configured platform address.',
  },
  {
    id: 'invalid-grant',
    layer: 'Dex',
    at: ['token'],
    status: /^4\d\d$/,
    words: /invalid_grant/i,
    message: /invalid_grant|Invalid or expired code/i,
    title: 'Authorization code rejected',
    meaning: 'the authorization code was used before, has expired, or belongs to another client',
    advice: 'Log in again. If it happens each time, check client-id, and whether all Dex replicas share one storage.',
  },
  {
    id: 'grant-type',
    layer: 'Dex',
    at: ['token'],
    words: /unsupported_grant_type|unauthorized_client/i,
    message: /unsupported_grant_type/,
    title: 'Unsupported grant type',
    meaning: 'the client does not allow the authorization code grant',
    advice: 'Use the client of the MLflow proxy, or allow the grant for this client.',
  },
  {
    id: 'clock',
    layer: 'clock',
    found: '{text}',
    title: 'Clock skew',
    meaning: 'the times in the token do not match the clock of this machine',
    advice: 'Synchronize the clock of this machine (NTP).',
  },
  {
    id: 'token-claims',
    layer: 'Dex',
    found: '{text}',
    title: 'Unexpected ID token',
    meaning: 'the ID token is not for this client, or not from this issuer',
    advice: 'Check platform-address and client-id, and that the scopes contain openid.',
  },
  {
    id: 'code-missing',
    layer: 'Dex',
    found: 'a redirect without a code',
    title: 'No authorization code',
    meaning: 'the login ended in a redirect with neither a code nor an error',
    advice: 'Try again. If it happens each time, send these lines to the administrator of the platform.',
  },
  {
    id: 'state',
    layer: 'Dex',
    found: 'a response without the state that was sent',
    title: 'State mismatch',
    meaning: 'the response is not for the authorization request that was sent',
    advice: 'Do not use this response: a server on the way mixes up logins, or forges them.',
  },
] as const satisfies readonly Symptom[];

/** By the status alone, where nothing else tells more. */
export const DEX_STATUS = [
  {
    id: 'dex-unavailable',
    layer: 'Dex',
    at: ['discovery', 'exchange', 'device', 'poll', 'page', 'form', 'password-grant'],
    status: /^(429|5\d\d)$/,
    title: 'Dex unavailable',
    meaning: 'Dex, or a proxy in front of it, is overloaded or down, or limits the number of requests',
    advice: 'Try again later, or send these lines to the administrator of Dex.',
  },
  {
    id: 'not-dex',
    layer: 'Dex',
    at: ['discovery', 'exchange', 'device', 'page', 'password-grant'],
    status: /^(2\d\d|3\d\d|404)$/,
    title: 'No Dex at this URL',
    meaning: 'the response is not that of an OpenID provider',
    advice: 'Set dex-url (DEX_URL) to the issuer of Dex. It defaults to {platform-address}/dex.',
  },
] as const satisfies readonly Symptom[];
