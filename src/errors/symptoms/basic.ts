// Symptoms of servers that do without oauth2-proxy: MLflow's own basic-auth, and mlflow-oidc-auth.

import type { Symptom } from './symptom.js';

export const BASIC = [
  {
    id: 'basic-rejected',
    layer: 'account',
    at: ['mlflow'],
    status: /^401$/,
    sent: 'basic',
    title: 'Username or password rejected',
    meaning: 'MLflow does not accept this username and password',
    advice:
      'Check username and password: they are those of MLflow, not of the platform, and for mlflow-oidc-auth an access token that its pages issue. mlflow-auth sends them once and does not retry.',
  },
  {
    id: 'basic-forbidden',
    layer: 'MLflow',
    at: ['mlflow'],
    status: /^403$/,
    sent: 'basic',
    title: 'No access for this account',
    meaning: 'MLflow knows the account, and does not give it access here',
    advice: 'Ask an administrator of MLflow for a permission in the workspace, or check workspace (MLFLOW_WORKSPACE).',
  },
  {
    id: 'basic-not-required',
    layer: 'MLflow',
    found: '200: MLflow responds without any login',
    title: 'No login required',
    meaning: 'the server requires no login, so that nothing can verify username and password',
    advice:
      'The password was not sent, and no credential is required. If this is unintended, tell the administrator: anyone who can reach the URL can use this MLflow.',
  },
  {
    id: 'basic-other-login',
    layer: 'MLflow',
    found: '{text}',
    title: 'Another login in front of MLflow',
    meaning:
      'what responds requires a login, and offers none with username and password (no challenge of the scheme Basic)',
    advice:
      "The password was not sent. Probably oauth2-proxy is in front of MLflow: leave login (MLFLOW_AUTH_LOGIN) out, or set one of docs/logins.md. MLflow's basic-auth behind oauth2-proxy cannot be reached by both logins.",
  },
  {
    id: 'oidc-auth-rejected',
    layer: 'MLflow',
    at: ['proxy', 'mlflow'],
    status: /^401$/,
    words: /^Authentication required$/,
    message: /Authentication required/,
    title: 'mlflow-oidc-auth rejects the token',
    meaning: 'mlflow-oidc-auth, which is MLflow itself here, accepts no login in the request, and does not say why',
    advice:
      'Its user, from the claims in OIDC_USERNAME_FIELD (email, preferred_username), must exist, or an administrator sets OIDC_PROVISION_ON_BEARER_AUTH=true with OIDC_AUDIENCE and OIDC_ISSUER, and the token has a group of OIDC_GROUP_NAME. aud and iss must be those of OIDC_AUDIENCE and OIDC_ISSUER, and exp is checked without leeway. There is no oauth2-proxy to find the provider at: set issuer (MLFLOW_AUTH_ISSUER). An access token of its own goes by login: basic.',
  },
  {
    id: 'basic-behind-proxy',
    layer: 'MLflow',
    at: ['mlflow'],
    status: /^401$/,
    challenge: 'basic',
    letIn: true,
    title: 'Two logins in a row',
    meaning: 'oauth2-proxy accepts the credential, and MLflow behind it requires username and password as well',
    advice:
      'No client can send both. Ask the administrator to start MLflow without --app-name basic-auth behind oauth2-proxy, or to give jobs an address of MLflow without oauth2-proxy, for which login (MLFLOW_AUTH_LOGIN) is basic.',
  },
  {
    id: 'basic-required',
    layer: 'MLflow',
    at: ['proxy', 'mlflow'],
    status: /^401$/,
    challenge: 'basic',
    message: /You are not authenticated\. Please see \S{0,80}auth/,
    title: 'MLflow requires username and password',
    meaning: "the server offers a login with username and password (scheme Basic), as MLflow's own basic-auth does",
    advice:
      'Set login (MLFLOW_AUTH_LOGIN) to basic, and username and password to those of MLflow. auto never chooses it, so that no other password is sent there.',
  },
] as const satisfies readonly Symptom[];
