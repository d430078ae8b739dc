// Symptoms of MLflow behind the proxy, its workspaces and its rights.

import type { Symptom } from './symptom.js';

/** MLflow's own protections, which answer before anything else of it. */
export const MLFLOW_PROTECTIONS = [
  {
    id: 'mlflow-host',
    layer: 'MLflow',
    at: ['mlflow', 'proxy'],
    status: /^403$/,
    words: /Invalid Host header|DNS rebinding|Cross-origin request blocked/i,
    message: /Invalid Host header|DNS rebinding attack|Cross-origin request blocked/i,
    title: 'MLflow rejects the host or origin',
    meaning: "MLflow's protection against DNS rebinding or cross-origin requests rejected the request",
    advice:
      'Ask the administrator of MLflow to add the host name of the tracking URI, or the one that the proxy sends, to --allowed-hosts (MLFLOW_SERVER_ALLOWED_HOSTS), and the origin to --cors-allowed-origins.',
  },
] as const satisfies readonly Symptom[];

/** oauth2-proxy accepts the token that MLflow passes on to Kubernetes, which does not. */
export const UNTRUSTED_BY_KUBERNETES = [
  {
    id: 'kubernetes-untrusted',
    layer: 'Kubernetes RBAC',
    at: ['mlflow'],
    status: /^401$/,
    words: /Authentication with the Kubernetes API failed/i,
    letIn: true,
    title: 'Kubernetes rejects the token',
    meaning: 'oauth2-proxy accepted the token, but the Kubernetes API server, to which MLflow passes it on, did not',
    advice:
      'Ask the administrator to have the API server of the cluster trust the issuer and the audience of the token (structured authentication configuration), or to run the kubernetes-auth plugin with subject_access_review.',
  },
] as const satisfies readonly Symptom[];

export const MLFLOW = [
  {
    id: 'workspace-forbidden',
    layer: 'Kubernetes RBAC',
    at: ['mlflow'],
    status: /^403$/,
    body: ['json'],
    message: /PERMISSION_DENIED|Permission denied for requested operation/,
    title: 'No access to the workspace',
    meaning: 'the account has no role in this workspace',
    advice:
      'Request access to the namespace (Role and RoleBinding for the API group mlflow.kubeflow.org). A new role takes effect after at most 5 minutes.',
  },
  {
    id: 'workspaces-off',
    layer: 'MLflow',
    at: ['mlflow'],
    words: /workspaces are not enabled|FEATURE_DISABLED/,
    found: '{status}, and server-info says {about}: workspaces are not enabled',
    message: /does not support workspaces|workspaces are not enabled|FEATURE_DISABLED/,
    title: 'Server without workspaces',
    meaning: 'workspaces are not enabled on this MLflow server, and the SDK would fail with one',
    advice:
      'Leave workspace (MLFLOW_WORKSPACE) empty, or set --enable-workspaces on the server (MLflow 3.10 or later).',
  },
  {
    id: 'workspace-unknown',
    layer: 'MLflow',
    at: ['mlflow'],
    status: /^404$/,
    words: /^(?!ENDPOINT_NOT_FOUND)/,
    message: /Workspace '[^']*' not found|RESOURCE_DOES_NOT_EXIST.*[Ww]orkspace/,
    title: 'Unknown workspace',
    meaning: 'the server has no such workspace',
    advice: 'Check the spelling of workspace, and that its namespace has the label mlflow-enabled=true.',
  },
  {
    id: 'workspace-missing',
    layer: 'MLflow',
    at: ['mlflow'],
    words: /Workspace context is required|Active workspace/i,
    message: /Workspace context is required|Active workspace is required/i,
    title: 'Workspace required',
    meaning: 'this server has no default workspace',
    advice: 'Set workspace (MLFLOW_WORKSPACE).',
  },
  {
    id: 'mlflow-unauthenticated',
    layer: 'MLflow',
    at: ['mlflow'],
    status: /^401$/,
    message: /UNAUTHENTICATED|Missing Authorization header|Authentication with the Kubernetes API failed/,
    title: 'MLflow rejects the identity',
    meaning: 'oauth2-proxy accepted the request, but MLflow rejected the identity in it',
    advice:
      'Ask an administrator to check that the proxy passes the token on (pass_authorization_header) and that the cluster trusts the issuer.',
  },
  {
    id: 'mlflow-endpoint',
    layer: 'MLflow',
    at: ['mlflow'],
    words: /ENDPOINT_NOT_FOUND/,
    message: /ENDPOINT_NOT_FOUND/,
    title: 'Unknown MLflow endpoint',
    meaning: 'MLflow has no such endpoint',
    advice: 'Check tracking-uri: its path is wrong, or the server is older than MLflow 3.10.',
  },
  {
    id: 'mlflow-login',
    layer: 'oauth2-proxy',
    at: ['mlflow'],
    status: /^(3\d\d|200)$/,
    body: ['page', 'text', 'empty'],
    title: 'Login page instead of MLflow',
    meaning: 'a login page, or another page, responds instead of MLflow',
    advice: 'oauth2-proxy rejected the credential, or this is not the URL of MLflow: check tracking-uri or cluster.',
  },
  {
    id: 'mlflow-error',
    layer: 'MLflow',
    at: ['mlflow'],
    status: /^(429|5\d\d)$/,
    title: 'MLflow unavailable',
    meaning: 'MLflow, or a proxy in front of it, is overloaded or down, or limits the number of requests',
    advice: 'Try again later, or send these lines to the administrator of MLflow.',
  },
] as const satisfies readonly Symptom[];
