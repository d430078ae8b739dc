// Symptoms of logins by a person at an OpenID provider other than Dex: device flow, browser, and the end of such a login.

import type { Symptom } from './symptom.js';

/** What the provider answers to the requests, and what is found out while the person logs in. */
export const PEOPLE_PROVIDER = [
  {
    id: 'person-device-off',
    layer: 'OpenID provider',
    at: ['person-device', 'person-token'],
    words: /unauthorized_client(?!.*client credentials)|unsupported_grant_type|AADSTS7000014\b/i,
    message: /not allowed to initiate OAuth 2\.0 Device Authorization Grant/,
    title: 'Device flow not allowed',
    meaning: 'the provider, or this client of it, does not allow this flow',
    advice:
      'Use login --browser, or ask the administrator of the provider to allow the device flow for the client: at Keycloak "OAuth 2.0 Device Authorization Grant", at Okta and Auth0 the grant type Device Code, at Entra "Allow public client flows".',
  },
  {
    id: 'person-client-refused',
    layer: 'OpenID provider',
    at: ['person-device', 'person-token', 'person-browser'],
    words: /invalid_client|client credentials|unauthorized_client|AADSTS(7000218|700016)\b/i,
    message: /AADSTS7000218\b/,
    title: 'Client rejected',
    meaning: 'the provider has no public client with this ID, or the client is disabled or may not log in in this way',
    advice:
      'Check client-id (DEX_CLIENT_ID): it must be a public client, without "Client authentication" at Keycloak, with token_endpoint_auth_method none elsewhere. See docs/providers.md.',
  },
  {
    id: 'person-scope',
    layer: 'OpenID provider',
    at: ['person-device', 'person-token', 'person-browser'],
    words: /invalid_scope|AADSTS(70011|650053)\b/i,
    title: 'Scope rejected',
    meaning: 'a scope is unknown, or this client may not request it',
    advice:
      'Set scopes (DEX_SCOPES) to those that the client may request, such as "openid email". Most providers require offline_access for a refresh token: allow it for the client.',
  },
  {
    id: 'person-offline',
    layer: 'OpenID provider',
    at: ['person-token'],
    words: /offline tokens? not allowed|not_allowed/i,
    message: /Offline tokens not allowed/,
    title: 'Offline access not allowed',
    meaning: 'the account or the client may not have a refresh token that outlives the session',
    advice:
      'Set scopes (DEX_SCOPES) to "openid email", for a refresh token that ends with the session, or ask the administrator of Keycloak to give the account the role offline_access.',
  },
  {
    id: 'person-target',
    layer: 'OpenID provider',
    at: ['person-device', 'person-token', 'person-browser'],
    words: /invalid_target|whitelisted|service not found/i,
    title: 'Audience not allowed',
    meaning: 'the client may not request a token for this audience or resource',
    advice: 'Check audience (DEX_AUDIENCE) and resource (MLFLOW_AUTH_RESOURCE), and what the client may request.',
  },
  {
    id: 'person-expired',
    layer: 'account',
    at: ['person-token'],
    words: /expired_token|AADSTS70020\b/,
    found: 'no confirmation within {seconds} s',
    title: 'Device code expired',
    meaning: 'the login was not confirmed in the browser before the code expired',
    advice: 'Log in again and confirm the code in time. If the browser showed an error page, that page says the cause.',
  },
  {
    id: 'person-code',
    layer: 'OpenID provider',
    at: ['person-token'],
    words: /invalid_grant|invalid_request/i,
    title: 'Code rejected',
    meaning: 'the provider does not know the code, or no longer, or not from this client',
    advice: 'Log in again. If it happens each time, send these lines to the administrator of the provider.',
  },
  {
    id: 'person-device-answer',
    layer: 'OpenID provider',
    at: ['person-device'],
    status: /^(2\d\d|3\d\d|404|405)$/,
    found: '{text}',
    title: 'Invalid response to the request for a device code',
    meaning: 'the response is not that of RFC 8628',
    advice:
      'Use login --browser. Check issuer (MLFLOW_AUTH_ISSUER), and whether a proxy in front of the provider answers in its place.',
  },
  {
    id: 'person-timeout',
    layer: 'account',
    found: 'no redirect to {redirect} within {seconds} s; {ignored} requests with another state were ignored',
    title: 'No response from the browser',
    meaning: 'nobody has logged in with the browser, or the provider showed an error page in place of a redirect',
    advice:
      'Log in again. If the page names redirect_uri (AADSTS50011 at Entra), have http://127.0.0.1/mlflow-auth added to the redirect URIs of the client, or set redirect-uri (DEX_REDIRECT_URI) to a registered one with a port of 127.0.0.1. The browser must run on this machine; otherwise use the device flow.',
  },
  {
    id: 'person-unsupported',
    layer: 'OpenID provider',
    found: 'a discovery document without an authorization endpoint',
    title: 'No login for people',
    meaning: 'the provider has no page at which a person could log in',
    advice: 'Check issuer (MLFLOW_AUTH_ISSUER), or use another login.',
  },
  {
    id: 'person-no-refresh-token',
    layer: 'OpenID provider',
    found: 'a token without a refresh token',
    title: 'No refresh token',
    meaning: 'the provider gives this client no refresh token, so that there is nothing to store',
    advice:
      'Add offline_access to scopes (DEX_SCOPES), and have the client allow it: at Keycloak the client scope offline_access, or "Use refresh tokens", at Okta and Ory Hydra the grant type refresh_token, at Auth0 "Allow Offline Access" of the API.',
  },
] as const satisfies readonly Symptom[];

/** By the status alone, where nothing else tells more. */
export const PEOPLE_PROVIDER_STATUS = [
  {
    id: 'person-token-answer',
    layer: 'OpenID provider',
    at: ['person-token'],
    status: /^(2\d\d|3\d\d|404|405)$/,
    title: 'No token response',
    meaning: 'the response is not that of a token endpoint (RFC 6749, section 5)',
    advice: 'Check issuer (MLFLOW_AUTH_ISSUER), and whether a proxy in front of the provider answers in its place.',
  },
  {
    id: 'person-browser-error',
    layer: 'OpenID provider',
    at: ['person-browser'],
    status: /./,
    title: 'Login failed in the browser',
    meaning: 'the provider redirected the browser with an error in place of a code',
    advice: 'Send these lines to the administrator of the provider.',
  },
  {
    id: 'person-revoke-failed',
    layer: 'OpenID provider',
    at: ['person-revoke'],
    status: /./,
    title: 'Refresh token not revoked',
    meaning: 'the provider did not revoke the refresh token',
    advice: 'The refresh token remains valid until it expires.',
  },
] as const satisfies readonly Symptom[];
