// Symptoms of OpenID providers of any kind: which one it is, and the token that it gave.

import type { Symptom } from './symptom.js';

/** Which provider it is, before anything secret is sent. */
export const PROVIDER = [
  {
    id: 'issuer-not-found',
    layer: 'OpenID provider',
    found: 'no discovery document in a directory of {endpoint} names that endpoint',
    title: 'Issuer not found',
    meaning: 'the MLflow proxy logs in at an OpenID provider whose issuer does not follow from its address',
    advice:
      'Set issuer (MLFLOW_AUTH_ISSUER): at Entra https://login.microsoftonline.com/<tenant>/v2.0, at Cognito https://cognito-idp.<region>.amazonaws.com/<pool>, at Authentik https://<host>/application/o/<application>/.',
  },
  {
    id: 'issuer-mismatch',
    layer: 'OpenID provider',
    found: 'a discovery document of the issuer {issuer}',
    title: 'Issuer mismatch',
    meaning: 'the provider knows itself by another issuer, so its tokens name that one',
    advice: 'Set issuer (MLFLOW_AUTH_ISSUER) to the issuer in the discovery document, if that is the right provider.',
  },
  {
    id: 'issuer-insecure',
    layer: 'OpenID provider',
    found: '"{name}" at {address}',
    title: 'Endpoint without TLS',
    meaning: 'what is sent there could be read on the way, and what comes from there changed',
    advice:
      'Nothing was sent there. Have the provider name https: addresses (behind a proxy, Keycloak requires --hostname and --proxy-headers), and the MLflow proxy log in at one.',
  },
  {
    id: 'provider-address',
    layer: 'OpenID provider',
    found: '"{name}" at {address}',
    title: 'Invalid address of the provider',
    meaning: 'an endpoint or a page of an OpenID provider has an https: address without username and password',
    advice: 'Nothing was sent there. Send these lines to the administrator of the OpenID provider.',
  },
  {
    id: 'issuer-elsewhere',
    layer: 'OpenID provider',
    found: '"{name}" at {address}, of an issuer that only the MLflow proxy at {host} names',
    title: 'Issuer on another host',
    meaning:
      'secrets and people are sent to the host of the tracking URI, or where an issuer that is set says, and nowhere else',
    advice: 'No secret was sent there. If this is the right provider, set issuer (MLFLOW_AUTH_ISSUER) to it.',
  },
  {
    id: 'grant-unlisted',
    layer: 'OpenID provider',
    found: 'grant_types_supported without {grant}',
    title: 'Grant not supported',
    meaning: 'the provider does not list the grant of this login',
    advice:
      'Nothing secret was sent. Set login (MLFLOW_AUTH_LOGIN) to a way that the provider supports. At Dex, set dex-url (DEX_URL), and for a keyless login connector (DEX_CONNECTOR).',
  },
  {
    id: 'issuer-unavailable',
    layer: 'OpenID provider',
    at: ['issuer', 'person-device', 'person-token'],
    status: /^(429|5\d\d)$/,
    title: 'OpenID provider unavailable',
    meaning: 'the OpenID provider, or a proxy in front of it, is overloaded or down, or limits the number of requests',
    advice: 'Try again later, or send these lines to the administrator of the provider.',
  },
  {
    id: 'not-an-issuer',
    layer: 'OpenID provider',
    at: ['issuer'],
    status: /./,
    title: 'No OpenID provider at this URL',
    meaning: 'the response is not a discovery document with an issuer and a token endpoint',
    advice:
      'Check issuer (MLFLOW_AUTH_ISSUER): at Keycloak it is https://<host>/realms/<realm>. 404 means an unknown realm, tenant or application.',
  },
] as const satisfies readonly Symptom[];

/** A token that came, and that the proxy will not accept. */
export const PROVIDER_TOKEN = [
  {
    id: 'token-response',
    layer: 'OpenID provider',
    found: '{text}',
    title: 'Unexpected token response',
    meaning: 'the response lacks a bearer token, or contradicts RFC 6749, section 5.1',
    advice: 'Send these lines to the administrator of the OpenID provider.',
  },
  {
    id: 'opaque-token',
    layer: 'OpenID provider',
    found: 'an access token that is not a JWT',
    title: 'Opaque access token',
    meaning: 'oauth2-proxy verifies JWTs alone, and the provider gave another kind of token',
    advice:
      'At Ory Hydra, an administrator sets strategies.access_token: jwt, or access_token_strategy: jwt of the client.',
  },
  {
    id: 'provider-audience',
    layer: 'oauth2-proxy',
    found: '{status} the token is for {audiences}, oauth2-proxy logs in as {client}',
    title: 'Token for another audience',
    meaning: 'oauth2-proxy accepts only tokens whose audience is its own client or listed in --oidc-extra-audience',
    advice: 'See docs/providers.md for each provider.',
  },
  {
    id: 'email-unverified',
    layer: 'oauth2-proxy',
    found: '{status} the claim email_verified of the token is false',
    message: /email in id_token \(.*\) isn't verified/,
    title: 'Email address not verified',
    meaning:
      "oauth2-proxy rejects a token whose email address is not verified; so are all of Keycloak's service accounts at first",
    advice:
      'At Keycloak, remove the client scope email from the client, or give its user service-account-<client-id> an email address and set "Email verified", as of every user who logs in; or an administrator sets --oidc-email-claim=sub of the MLflow proxy.',
  },
  {
    id: 'bearer-file',
    layer: 'CI',
    found: '{text}',
    title: 'Bearer token file not readable',
    meaning: 'the file with the bearer token cannot be read',
    advice: 'Check bearer-file (MLFLOW_AUTH_BEARER_FILE).',
  },
  {
    id: 'bearer-invalid',
    layer: 'CI',
    found: 'a text of {length} characters with whitespace or other signs in it',
    title: 'Invalid bearer token',
    meaning: 'a bearer token is visible ASCII without whitespace',
    advice: 'Check bearer or bearer-file: set it to the token alone, without "Bearer" and without JSON around it.',
  },
  {
    id: 'bearer-expired',
    layer: 'CI',
    found: 'it expired at {end}',
    title: 'Bearer token expired',
    meaning: 'the token that was given has expired',
    advice:
      'Obtain a new one. Where a program replaces it, set bearer-file to its file. Check the clock of this machine, too.',
  },
] as const satisfies readonly Symptom[];
