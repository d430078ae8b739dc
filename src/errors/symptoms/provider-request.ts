// Symptoms of requests for a token at an OpenID provider, and of the client that makes them.

import { UNKNOWN_CLIENT } from './provider-grants.js';
import { type Symptom, TOKEN_REQUESTS } from './symptom.js';

/** Refusals of the client itself, the same at every grant. They come before the rows of each grant, which match more. */
export const PROVIDER_CLIENT = [
  {
    id: 'client-basic',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: /could not be decoded|Unexpected error when authenticating client/i,
    message: /Unexpected error when authenticating client/,
    title: 'Client credentials not readable',
    meaning: 'the provider could not read client ID and secret in the HTTP header',
    advice: 'Set client-auth (MLFLOW_AUTH_CLIENT_AUTH) to post, if the client may use client_secret_post.',
  },
  {
    id: 'client-auth-method',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: /client authentication method|token_endpoint_auth_method/i,
    message: /supports client authentication method/,
    title: 'Client authentication method',
    meaning: 'the client is registered with another way to send its secret',
    advice:
      'Set client-auth (MLFLOW_AUTH_CLIENT_AUTH) to basic for client_secret_basic, or to post for client_secret_post; for private_key_jwt set login to client-key.',
  },
  {
    id: 'proof-of-possession',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: /DPoP|certificate.{0,20}bound|mtls/i,
    message: /DPoP proof is missing/,
    title: 'Token bound to a key',
    meaning: 'the client must prove a key of its own (DPoP or mTLS), which a bearer token does not',
    advice: 'Ask the administrator of the provider to turn this off for the client: oauth2-proxy does not verify it.',
  },
] as const satisfies readonly Symptom[];

/** What is wrong with the request, or with the client that makes it. */
export const PROVIDER_REQUEST = [
  {
    id: 'service-account-off',
    layer: 'OpenID provider',
    at: ['grant'],
    words: /retrieve service account/i,
    message: /not (enabled|allowed) to retrieve service account/,
    title: 'Client without service account',
    meaning: 'Keycloak gives a token without a user only to a confidential client with a service account',
    advice:
      'Ask the administrator of Keycloak to turn on "Client authentication" and "Service accounts roles" of the client.',
  },
  {
    id: 'audience-not-allowed',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words:
      /whitelisted|invalid_target|AADSTS50001\d|service not found|audience not (found|available)|Client is not within the token audience/i,
    message: /has not been whitelisted by the OAuth 2\.0 Client|AADSTS50001\d/,
    title: 'Audience not allowed',
    meaning: 'the client may not request a token for this audience or resource',
    advice:
      'Check audience and resource; at Ory Hydra, ask its administrator to add the audience to the client. At Auth0, authorize the client for the API.',
  },
  {
    id: 'scope-refused',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: /invalid_scope|custom scopes|AADSTS90014|AADSTS1002012|AADSTS70011/i,
    message: /AADSTS(90014|1002012|70011)|Custom scopes are not allowed/,
    title: 'Scope rejected',
    meaning: 'a scope is unknown or not allowed for this client, or one is required',
    advice:
      'Set scopes (DEX_SCOPES): at Entra <client ID of the MLflow proxy>/.default, at Okta a scope of a custom authorization server, set as issuer; at Keycloak and Ory Hydra mostly none.',
  },
  {
    id: 'client-refused',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: new RegExp(`${UNKNOWN_CLIENT}|invalid_client`, 'i'),
    message: /Invalid client or Invalid client credentials|AADSTS(7000215|7000222|700016)/,
    title: 'Client rejected',
    meaning:
      'the secret, the key or the subject does not belong to the client, or the client is unknown or disabled: providers do not say which',
    advice:
      'Check client-id, client-secret or client-key, and whether the client is enabled. For a client assertion, the client must have exactly the issuer and the subject of the ID token.',
  },
  {
    id: 'grant-refused',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: /unauthorized_client|unsupported_grant_type|access_denied|not allowed to exchange/i,
    title: 'Grant not allowed',
    meaning: 'the client may not use this grant',
    advice: 'Ask the administrator of the provider to allow the grant for this client, or set another login.',
  },
  {
    id: 'grant-invalid',
    layer: 'OpenID provider',
    at: ['grant'],
    words: /invalid_grant/i,
    title: 'ID token of the CI job rejected',
    meaning: 'the provider trusts no issuer with exactly this issuer, subject and audience, or the token has expired',
    advice:
      'Compare these claims with what the provider trusts (at Ory Hydra its trust relationship, whose key is fixed). Its audience must be the token endpoint (Ory Hydra) or the issuer (Zitadel): set id-token-audience.',
  },
  {
    id: 'provider-unavailable',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    status: /^(429|5\d\d)$/,
    title: 'Token endpoint unavailable',
    meaning: 'the token endpoint, or a proxy in front of it, is overloaded or down, or limits the number of requests',
    advice: 'Try again later, or send these lines to the administrator of the provider. mlflow-auth does not retry.',
  },
  {
    id: 'not-a-token-endpoint',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    status: /^(2\d\d|3\d\d|404|405)$/,
    title: 'No token response',
    meaning: 'the response is not that of a token endpoint (RFC 6749, section 5)',
    advice: 'Check issuer (MLFLOW_AUTH_ISSUER), and whether a proxy in front of the provider answers in its place.',
  },
] as const satisfies readonly Symptom[];
