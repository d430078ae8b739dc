// The outputs of the action, with the words that explain them in action.yml and README.

export const OUTPUTS: Readonly<Record<string, string>> = {
  MLFLOW_TRACKING_URI: 'Address of the MLflow server, without a trailing slash. Also a variable of later steps.',
  MLFLOW_TRACKING_TOKEN: 'The id token, masked. Also a variable of later steps.',
  MLFLOW_WORKSPACE:
    'The workspace, if one was given; masked unless mask-workspace is false. Also a variable of later steps.',
  MLFLOW_TRACKING_SERVER_CERT_PATH:
    "File with the platform's CA and the system's roots, if ca-cert was given. Also a variable of later steps.",
  MLFLOW_TRACKING_INSECURE_TLS: '"true" if insecure-tls was asked for. Also a variable of later steps.',
  method: 'The method that was used: token.',
  identity: 'Who is logged in: the e-mail address, which MLflow shows as owner of the runs.',
  'expires-at': 'When the credential ends, as ISO 8601 in UTC.',
};
