// Symptoms of logins at an OpenID provider by a password, a refresh token or an exchange: what the client is not to blame for.

import type { Symptom } from './symptom.js';

/**
 * Words about the client alone, at Keycloak, Entra and Auth0, with codes that also stand for other things: they mean the same
 * at each grant.
 */
export const UNKNOWN_CLIENT =
  'Invalid client or Invalid client credentials|Client secret not provided|AADSTS(7000215|7000218|7000222|700016)|access_denied: Unauthorized$';

const ONE_TRY = 'mlflow-auth does not retry, because failed logins lock an account.';

/** What the token endpoint answers to a password: Keycloak's own words, and those of the documents of others. */
const PASSWORD = [
  {
    id: 'provider-second-factor',
    layer: 'account',
    at: ['provider-password'],
    words: /mfa_required|interaction_required|multi.?factor|AADSTS(50072|50074|50076|50079|50158|53003)\b/i,
    message: /mfa_required|AADSTS(50072|50074|50076|50079|50158|53003)\b/,
    title: 'Second factor required',
    meaning: 'the account, or a policy of the provider, requires a second factor or a person',
    advice:
      'No script can do that. Use a service account to which the policy does not apply, or a login without a password: client-assertion, client-key or client-credentials.',
  },
  {
    id: 'provider-account-incomplete',
    layer: 'account',
    at: ['provider-password'],
    words: /not fully set up|password.{0,20}expired|AADSTS50055\b|AADSTS65001\b|consent_required/i,
    message: /Account is not fully set up|AADSTS(50055|65001)\b/,
    title: 'Account not ready',
    meaning:
      'the password is right, and the account must first do something in a browser, such as set a new password or a second factor',
    advice:
      'Log in once in a browser with this account, or have its required actions removed (at Keycloak: Users, "Required user actions").',
  },
  {
    id: 'provider-account-disabled',
    layer: 'account',
    at: ['provider-password'],
    words: /account.{0,12}disabled|AADSTS50057\b|user is blocked/i,
    message: /^Account disabled$|AADSTS50057\b/,
    title: 'Account disabled',
    meaning: 'the account is disabled',
    advice: 'Ask the administrator of the provider to enable it.',
  },
  {
    id: 'provider-locked',
    layer: 'account',
    at: ['provider-password'],
    words: /too_many_attempts|AADSTS50053\b|\block(ed|out)\b|blocked after/i,
    message: /too_many_attempts|AADSTS50053\b/,
    title: 'Account locked',
    meaning: 'too many failed logins, of this account or from this address',
    advice: `Wait, or have an administrator unlock the account, and correct the password before the next run. ${ONE_TRY}`,
  },
  {
    id: 'provider-password-off',
    layer: 'OpenID provider',
    at: ['provider-password'],
    words: new RegExp(
      `direct access grants|unsupported_grant_type|grant type.{0,20}not allowed|provided grant type|policy evaluation|unauthorized_client(?!: (${UNKNOWN_CLIENT}))`,
      'i',
    ),
    message: /not allowed for direct access grants|Grant type 'password' not allowed/,
    title: 'Password grant not allowed',
    meaning: 'the provider, or its client, allows no login with the password grant',
    advice:
      'Ask the administrator of the provider to allow it for the client (at Keycloak "Direct access grants", at Okta "Resource Owner Password" and a policy without a second factor), or set login to client-credentials or client-assertion.',
  },
  {
    id: 'provider-password-refused',
    layer: 'account',
    at: ['provider-password'],
    words:
      /invalid_grant|access_denied(?!: Unauthorized$)|invalid user credentials|wrong email or password|AADSTS(50126|50034|50056)\b/i,
    message: /Invalid user credentials|AADSTS(50126|50034|50056)\b/,
    title: 'Login refused',
    meaning:
      'wrong password, unknown user, or an account that failed logins have locked for a time: most providers give one answer for all of them',
    advice: `Check username and password, and have the administrator look for a lock (at Keycloak "Brute force detection"). At Authentik the password is an app password. ${ONE_TRY}`,
  },
] as const satisfies readonly Symptom[];

const REFRESH = [
  {
    id: 'provider-refresh-refused',
    layer: 'OpenID provider',
    at: ['provider-refresh'],
    words: /invalid_grant|token_inactive|invalid_token/i,
    message: /Session not active|Maximum allowed refresh token reuse exceeded|Stale token|AADSTS(700082|70008|50173)\b/,
    title: 'Refresh token rejected',
    meaning:
      'the refresh token was used before, has expired or was revoked, or its session has ended, or it belongs to another client',
    advice:
      'Log in again. With rotation, each refresh token is used once, and a second use ends the session: give each job that runs at the same time a login of its own.',
  },
  {
    id: 'refresh-refused-before',
    layer: 'OpenID provider',
    found: 'the refresh token in {file} was rejected before, so it was not sent',
    title: 'Refresh token rejected before',
    meaning: 'the file still holds the refresh token that the server rejected in an earlier run',
    advice:
      'Log in again, or put a new refresh token into the file. If the rejection was a mistake of the server, remove the file of the same name that ends in .refused.',
  },
] as const satisfies readonly Symptom[];

const EXCHANGE = [
  {
    id: 'exchange-audience',
    layer: 'OpenID provider',
    at: ['provider-exchange'],
    words: /not within the token audience/i,
    message: /Client is not within the token audience/,
    title: 'Token not for this client',
    meaning: 'a client may exchange a token only if it is in the audience of that token',
    advice:
      'At Keycloak, add a mapper of type Audience with this client to the client that gets the first token, or exchange with the client to which the token belongs.',
  },
  {
    id: 'exchange-subject',
    layer: 'OpenID provider',
    at: ['provider-exchange'],
    words: /not allowed to exchange|subject_issuer|unsupported issuer|supports access tokens only/i,
    message: /Client not allowed to exchange|'subject_token' supports access tokens only/,
    title: 'Foreign token not exchanged',
    meaning: 'the provider exchanges access tokens of its own alone: no ID tokens, and none of other issuers',
    advice:
      'Keycloak takes the ID token of a CI job with login client-assertion. For token-exchange, set bearer to an access token of this provider.',
  },
  {
    id: 'exchange-disabled',
    layer: 'OpenID provider',
    at: ['provider-exchange'],
    words: /token exchange is not (enabled|allowed)|unsupported_grant_type|public client/i,
    message: /Standard token exchange is not enabled/,
    title: 'Token exchange not enabled',
    meaning: 'the provider, or this client, allows no token exchange',
    advice:
      'Ask the administrator of the provider to allow it for a client with a secret or key (at Keycloak "Standard token exchange").',
  },
  {
    id: 'exchange-token-type',
    layer: 'OpenID provider',
    at: ['provider-exchange'],
    words: /token_type.{0,40}(not supported|unsupported|invalid)|(unsupported|invalid).{0,40}token_type/i,
    message: /subject_token_type/,
    title: 'Type of token not supported',
    meaning: 'the provider does not exchange tokens of this type',
    advice:
      'Give an access token of the provider as bearer: an ID token is sent as type id_token, a bearer token of another issuer as type jwt.',
  },
  {
    id: 'exchange-token',
    layer: 'OpenID provider',
    at: ['provider-exchange'],
    words: /invalid_token|invalid_grant|^(?!invalid_client).*(invalid token|subject.?token)/i,
    title: 'Token not accepted for exchange',
    meaning:
      'the token that was to be exchanged has expired or was revoked, or is not one of an issuer that the provider trusts',
    advice: 'Obtain a new one; where a program replaces it, set bearer-file or id-token-file to its file.',
  },
] as const satisfies readonly Symptom[];

/** Before the rows for the client, which are wider. */
export const PROVIDER_GRANTS = [...PASSWORD, ...REFRESH, ...EXCHANGE] as const;
