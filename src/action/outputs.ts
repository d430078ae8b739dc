// The outputs of the action, with the words that explain them in action.yml and README.

export const OUTPUTS: Readonly<Record<string, string>> = {
  MLFLOW_TRACKING_URI: 'Address of the MLflow server, without a trailing slash. Also a variable of later steps.',
  MLFLOW_TRACKING_TOKEN: 'With the token method: the id token, masked. Also a variable of later steps.',
  MLFLOW_PROXY_COOKIE:
    'With the cookie method: the session cookie as the value of a Cookie header, masked, each chunk too. Also a variable of later steps.',
  MLFLOW_WORKSPACE:
    'The workspace, if one was given; masked unless mask-workspace is false. Also a variable of later steps.',
  MLFLOW_TRACKING_SERVER_CERT_PATH:
    "File with the platform's CA and the system's roots, if ca-cert was given. Also a variable of later steps.",
  MLFLOW_TRACKING_INSECURE_TLS: '"true" if insecure-tls was asked for. Also a variable of later steps.',
  MLFLOW_TRACKING_AUTH:
    'Name of the Python provider that sends the credential: mlflow-auth. Also a variable of later steps.',
  MLFLOW_AUTH_CREDENTIAL_FILE: 'File that the provider reads for each request. Also a variable of later steps.',
  PYTHONPATH: 'Folder of the provider, in front of the PYTHONPATH that there was. Also a variable of later steps.',
  method: 'The method that was used: token or cookie.',
  identity: 'Who is logged in: the e-mail address, which MLflow shows as owner of the runs.',
  'refresh-token':
    'The next refresh token, masked, if the input refresh-token was given, without renew: the one given is spent. Set at its receipt, whatever fails or interrupts the step after that.',
  'expires-at':
    'When the credential ends, as ISO 8601 in UTC. For a cookie this is an estimate: its own life, or 24 hours, after which the token in it has ended by default.',
};
