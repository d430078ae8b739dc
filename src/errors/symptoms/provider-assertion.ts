// Symptoms of assertions at an OpenID provider: those that a key signs, and the ID token of a CI job.

import { type Symptom, TOKEN_REQUESTS } from './symptom.js';

/** What is wrong with an assertion, signed by a key or by the CI system. */
export const PROVIDER_ASSERTION = [
  {
    id: 'federation-unknown',
    layer: 'OpenID provider',
    at: ['grant'],
    words: /AADSTS70021[13]?\b|User not found|No public JWK was registered for issuer/i,
    message: /AADSTS70021[13]?\b|No public JWK was registered for issuer/,
    title: 'Subject not trusted',
    meaning: 'the provider knows the issuer, and no client or user with exactly this subject',
    advice:
      'Compare these claims with the trust relationship (Ory Hydra), the federated credential (Entra) or the user link (Keycloak, jwt-bearer): each must have exactly this issuer, subject and audience.',
  },
  {
    id: 'assertion-reused',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: /token reuse|jti_known|jti.{0,20}(used|known)/i,
    message: /Token reuse detected|jti_known/,
    title: 'Assertion used before',
    meaning: 'the provider accepts each assertion once',
    advice:
      'Let the job request a new ID token (GitHub), or, for tokens in a file and those of GitLab, ask the administrator to allow their reuse (at Keycloak supportsClientAssertionReuse of the identity provider).',
  },
  {
    id: 'assertion-audience',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words:
      /invalid token audience|multiple audiences|AADSTS700212|audience.{0,40}(assertion|JWT|claim)|claim 'aud'|"aud"/i,
    message: /Invalid token audience|Multiple audiences not allowed|AADSTS700212/,
    title: 'Assertion for another audience',
    meaning: 'the assertion must name the provider, in the way that this provider expects',
    advice:
      'Set assertion-audience (client-key) or id-token-audience (ID token of the CI job): Keycloak expects the issuer alone, Ory Hydra the token endpoint, Entra api://AzureADTokenExchange, Auth0 and Zitadel the issuer.',
  },
  {
    id: 'assertion-time',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words:
      /not active|issued in the future|assertion.{0,40}expired|is expired|AADSTS700024|^error: The error is unrecognizable/i,
    message: /Token is not active|Token was issued in the future|AADSTS700024/,
    title: 'Assertion not valid now',
    meaning: 'the assertion has expired, or the clock of the provider differs from that which set its times',
    advice:
      'Synchronize the clock of this machine (NTP), and log in earlier in the job. Ory Hydra says this with status 500 and "The error is unrecognizable".',
  },
  {
    id: 'assertion-signature',
    layer: 'OpenID provider',
    at: TOKEN_REQUESTS,
    words: /signature|AADSTS700027|unable to (verify|retrieve).{0,40}(key|assertion)|public key/i,
    message: /Signature on JWT token failed validation|AADSTS700027/,
    title: 'Signature of the assertion rejected',
    meaning: 'the provider has another public key for this client or issuer, or cannot fetch it',
    advice:
      'Register the public key of client-key, or the jwks_uri of the CI system, at the provider; check that client-id and key belong together.',
  },
] as const satisfies readonly Symptom[];
