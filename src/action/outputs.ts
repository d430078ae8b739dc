// The outputs of the action, with their descriptions in action.yml and README.

export const OUTPUTS: Readonly<Record<string, string>> = {
  MLFLOW_TRACKING_URI:
    'Tracking URI of the MLflow server, without a trailing slash; with proxy, the address of the proxy. Also exported as an environment variable.',
  MLFLOW_TRACKING_TOKEN:
    'Token method: the ID token, masked; with proxy, the token of the proxy, for both methods. Also exported as an environment variable.',
  MLFLOW_PROXY_COOKIE:
    'Cookie method: the session cookie as the value of a Cookie header, masked as a whole and by chunk. Also exported as an environment variable.',
  MLFLOW_TRACKING_USERNAME: 'With login basic, the username. Also exported as an environment variable.',
  MLFLOW_TRACKING_PASSWORD: 'With login basic, the password, masked. Also exported as an environment variable.',
  MLFLOW_WORKSPACE:
    'The workspace, if the input workspace is set; masked unless mask-workspace is false. Also exported as an environment variable.',
  MLFLOW_TRACKING_SERVER_CERT_PATH:
    'CA bundle: ca-cert and the system roots. Set if ca-cert is set. Also exported as an environment variable.',
  MLFLOW_TRACKING_INSECURE_TLS: '"true" if insecure-tls is set. Also exported as an environment variable.',
  MLFLOW_TRACKING_AUTH:
    'Name of the Python auth provider that sends the credential: mlflow-auth; not with login basic. Also exported as an environment variable.',
  MLFLOW_AUTH_CREDENTIAL_FILE:
    'File that the auth provider reads for each request. Also exported as an environment variable.',
  PYTHONPATH:
    'Wheel of the auth provider, prepended to any existing PYTHONPATH. Also exported as an environment variable.',
  method: 'Login method that was used: token, cookie or basic.',
  identity: 'Email address of the account, which MLflow shows as the owner of runs.',
  'refresh-token':
    'The new refresh token, masked, if the input refresh-token is set and renew is not: the previous one can no longer be used. Set as soon as it is received, whatever fails or interrupts the step afterwards.',
  'expires-at':
    'When the token expires, in UTC (ISO 8601). Not set with proxy, which renews it, nor with login basic, nor for a cookie: the token in it expires at a time that oauth2-proxy does not provide.',
};
