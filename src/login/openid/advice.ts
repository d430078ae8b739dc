// What an administrator sets at each OpenID provider, so that oauth2-proxy accepts its tokens: by its documents, see docs/providers.md.

/** A provider, known by its issuer. */
interface Known {
  issuer: RegExp;
  /** To have the token name {client}, the client of oauth2-proxy, as audience. */
  audience: string;
}

const PROVIDERS: readonly Known[] = [
  {
    issuer: /\/realms\/[^/]+\/?$/,
    audience:
      'Keycloak: add a mapper of type Audience with {client} as Included Client Audience to the client, or to a scope of it; Keycloak ignores the settings audience and resource.',
  },
  {
    issuer: /^https:\/\/(login\.microsoftonline\.(com|us)|sts\.windows\.net)\//,
    audience: 'Entra: set scopes to {client}/.default, and requestedAccessTokenVersion of the application to 2.',
  },
  {
    issuer: /^https:\/\/[^/]+\.auth0\.com\//,
    audience:
      'Auth0: set audience to the identifier of the API, and --oidc-extra-audience of the MLflow proxy to the same.',
  },
  {
    issuer: /^https:\/\/[^/]+\.(okta|oktapreview|okta-emea)\.com/,
    audience:
      'Okta: set issuer to a custom authorization server, such as https://ORG.okta.com/oauth2/default, and scopes to one of its scopes; set --oidc-extra-audience of the MLflow proxy to its audience.',
  },
  {
    issuer: /^https:\/\/cognito-idp\./,
    audience:
      'Cognito: its tokens have no audience; set --oidc-audience-claim=client_id and --oidc-extra-audience=<client-id> of the MLflow proxy.',
  },
  {
    issuer: /zitadel/i,
    audience:
      'Zitadel: set scopes to "openid urn:zitadel:iam:org:project:id:<project ID>:aud", and --oidc-extra-audience of the MLflow proxy to the project ID.',
  },
];

/** For any other. */
const OTHERS =
  'Set audience (Ory Hydra, Auth0), resource (RFC 8707) or scopes to what this provider requires for a token with the audience {client}, or ask the administrator of the MLflow proxy to add the audience of the token with --oidc-extra-audience.';

/** What to do about a token for another audience. */
export const audienceAdvice = (issuer: string, client: string): string =>
  (PROVIDERS.find((one) => one.issuer.test(issuer))?.audience ?? OTHERS).replaceAll('{client}', client);

/** What to do about a token that is not a JWT: most providers give one only for an audience. */
export const opaqueAdvice = (issuer: string): string => audienceAdvice(issuer, 'the client ID of the MLflow proxy');
