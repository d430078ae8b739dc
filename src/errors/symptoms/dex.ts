// Symptoms of Dex: the authorization request and the token endpoint.

import type { Symptom } from './symptom.js';

/** What Dex refuses when a login begins: the client, its redirect URI, scopes and PKCE. */
export const AUTHORIZATION_REQUEST = [
  {
    id: 'pkce-required',
    layer: 'Dex',
    at: ['authorize', 'pubkey', 'login'],
    words: /PKCE|code_challenge/i,
    message: /PKCE|code_challenge/,
    title: 'PKCE required',
    meaning: 'the client must use PKCE and the request carried none, or none of an accepted method',
    advice:
      'The token method always sends S256. With the cookie method the request is oauth2-proxy\'s own: an administrator upgrades the MLflow plugin or sets code_challenge_method = "S256" there.',
  },
  {
    id: 'redirect-uri',
    layer: 'Dex',
    at: ['authorize', 'pubkey', 'login'],
    words: /redirect_uri/i,
    message: /Unregistered redirect_uri/i,
    title: 'Redirect URI not registered',
    meaning: 'the client has no such redirect URI',
    advice:
      "Set redirect-uri (DEX_REDIRECT_URI) to one that the client has registered, with exactly that host, port and path; use the configured platform address, not another name or IP of it. With the cookie method the redirect URI is oauth2-proxy's own, and for its administrator to set.",
  },
  {
    id: 'client-unknown',
    layer: 'Dex',
    at: ['authorize'],
    words: /client_id|invalid_client|unauthorized_client/i,
    message: /Invalid client_id/i,
    title: 'Unknown client',
    meaning: 'Dex knows no client of this id',
    advice:
      'Check client-id (DEX_CLIENT_ID): it is the client of the MLflow proxy, on Alauda usually alauda-auth. With the cookie method the client is the one that oauth2-proxy is set up with.',
  },
  {
    id: 'scope',
    layer: 'Dex',
    at: ['authorize', 'token', 'refresh'],
    words: /invalid_scope|scope/i,
    message: /invalid_scope/,
    title: 'Scope refused',
    meaning: 'a scope is not known to Dex or not allowed for this client',
    advice:
      'Set scopes (DEX_SCOPES) to what the client may ask for; the default is "openid email groups". With the cookie method the scopes are those that oauth2-proxy is set up with.',
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
    title: 'Refresh token refused',
    meaning:
      'the refresh token is used up or has ended, or a newer login of the same account and client took its place',
    advice:
      'Log in again. Dex keeps one refresh token for each account and client: give each job that runs at the same time an account of its own.',
  },
  {
    id: 'invalid-client',
    layer: 'Dex',
    at: ['token', 'refresh'],
    words: /invalid_client|client credentials/i,
    message: /invalid_client|Invalid client credentials/i,
    title: 'Client secret refused',
    meaning: 'the client id and client secret do not belong together',
    advice:
      'Read the secret again (on Alauda: key client-secret of the Secret cpaas-oidc-secret in cpaas-system). kubectl -o yaml shows it in base64: decode it, and leave no line break behind.',
  },
  {
    id: 'redirect-uri-differs',
    layer: 'Dex',
    at: ['token'],
    words: /redirect_uri/i,
    message: /redirect_uri did not match/i,
    title: 'Redirect URI changed',
    meaning: 'the redirect URI is not the one with which the login began',
    advice: 'Something between here and Dex rewrites addresses: use the configured platform address.',
  },
  {
    id: 'invalid-grant',
    layer: 'Dex',
    at: ['token'],
    status: /^4\d\d$/,
    words: /invalid_grant/i,
    message: /invalid_grant|Invalid or expired code/i,
    title: 'Code refused',
    meaning: 'the authorization code is used up or stale, or belongs to another client',
    advice:
      'Run it again from the start. If it happens each time, check client-id, and whether several Dex replicas share one storage.',
  },
  {
    id: 'grant-type',
    layer: 'Dex',
    at: ['token'],
    words: /unsupported_grant_type|unauthorized_client/i,
    message: /unsupported_grant_type/,
    title: 'Grant not allowed',
    meaning: 'the client may not use the authorization code grant',
    advice: 'Use the client of the MLflow proxy, or have the grant allowed for this one.',
  },
  {
    id: 'clock',
    layer: 'clock',
    found: '{text}',
    title: 'Clocks differ',
    meaning: "the token's times do not fit this machine's clock",
    advice: "Set this machine's clock (NTP).",
  },
  {
    id: 'token-claims',
    layer: 'Dex',
    found: '{text}',
    title: 'Token not as expected',
    meaning: 'the id token is not one for this client from this issuer',
    advice: 'Check platform-address and client-id, and that the scopes contain openid.',
  },
  {
    id: 'code-missing',
    layer: 'Dex',
    found: 'a redirect without a code',
    title: 'No code in the answer',
    meaning: 'the login ended in a redirect that carries neither a code nor an error',
    advice: 'Run it again. If it happens each time, give these lines to the administrator of the platform.',
  },
  {
    id: 'state',
    layer: 'Dex',
    found: 'an answer without the state that was sent',
    title: 'Answer to another login',
    meaning: 'the state that came back is not the one that was sent',
    advice: 'Do not use this answer. Something in between mixes up logins, or forges them.',
  },
] as const satisfies readonly Symptom[];
