// Symptoms that show in the MLflow SDK alone, after the login: each layer there reports the failure of another one.

import type { Symptom } from './symptom.js';

const anyOf = (...patterns: RegExp[]) => new RegExp(patterns.map(({ source }) => source).join('|'), 'i');

export const SDK = [
  {
    id: 'sdk-trailing-blank',
    layer: 'SDK settings',
    message: /Invalid (leading whitespace|header value|.{0,80}character\(s\) in header value)|not a legal HTTP header/i,
    title: 'Whitespace in the token',
    meaning: 'the token ends with a line break or space',
    advice:
      'Set MLFLOW_TRACKING_TOKEN without it (.strip() in Python); mlflow-auth exports it without whitespace. The error message also contains the token: do not paste it anywhere.',
  },
  {
    id: 'sdk-double-bearer',
    layer: 'SDK settings',
    message: /Bearer(\s|%20)+Bearer/i,
    title: 'Bearer twice',
    meaning: 'the token begins with the word Bearer, which the SDK adds',
    advice: 'Set MLFLOW_TRACKING_TOKEN to the token alone.',
  },
  {
    id: 'sdk-certificate-file',
    layer: 'SDK settings',
    message: /Could not find a suitable TLS CA certificate bundle/i,
    title: 'CA file missing',
    meaning: 'the file in MLFLOW_TRACKING_SERVER_CERT_PATH or REQUESTS_CA_BUNDLE does not exist',
    advice:
      'Correct the path. Files that the action writes below RUNNER_TEMP exist until the end of the job, and not at that path inside a container: use MLFLOW_TRACKING_TOKEN alone there, or run exec inside the container.',
  },
  {
    id: 'sdk-provider-missing',
    layer: 'SDK settings',
    message: /Could not find any registered plugin for .{0,3}mlflow-auth|No module named .{0,3}mlflow_auth_provider/i,
    title: 'Python provider not found',
    meaning: 'MLFLOW_TRACKING_AUTH selects the auth provider mlflow-auth, and this Python does not find it',
    advice:
      'The step replaced PYTHONPATH, or python -I or -E ignores it, or the step runs in a container, where the directory does not exist: keep PYTHONPATH, or unset MLFLOW_TRACKING_AUTH and use MLFLOW_TRACKING_TOKEN alone, or run exec inside the container.',
  },
  {
    id: 'sdk-workspaces-undetermined',
    layer: 'SDK settings',
    message: /could not determine whether the server supports workspaces|endpoints were not found \(HTTP 404\)/i,
    title: 'No MLflow at the tracking URI',
    meaning:
      'another server than MLflow responded to the SDK with 404: the tracking URI lacks its path, or the request contained no credential and ended at a login',
    advice:
      'Set MLFLOW_TRACKING_URI to the whole URL, including its path, as mlflow-auth exports it. With the cookie method, Python must find the auth provider mlflow-auth: doctor --python checks it.',
  },
  {
    id: 'sdk-tls-contradiction',
    layer: 'SDK settings',
    message: /server_cert_path.{0,80}ignore_tls|ignore_tls.{0,80}server_cert_path|INSECURE_TLS.{0,80}CERT_PATH/is,
    title: 'CA and insecure TLS',
    meaning: 'MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH are both set',
    advice: 'Unset one of them.',
  },
  {
    id: 'sdk-rejected',
    layer: 'oauth2-proxy',
    message: anyOf(
      /not in a valid JSON format/,
      /returns HTML/,
      /(302|redirect).{0,10}to the login/,
      // A certificate error that names server-info itself is one of MLflow's own server.
      /^(?![\s\S]*url: \S*server-info)[\s\S]*server-info[\s\S]*(SSLCertVerificationError|CERTIFICATE_VERIFY_FAILED|self.signed)/,
      /Expecting value: line 1 column 1/,
      /error code 30\d/,
      /server-info: 30\d/,
      /INTERNAL_ERROR: Response: \{\}/,
      /401 Client Error/,
      /server-info: 401/,
      /\/(dex|console-dex)\/auth\b/,
      /client_id=/,
      /mlflow-auth: the (token|session cookie)/,
    ),
    title: 'oauth2-proxy rejects the credential',
    meaning:
      'oauth2-proxy rejected the token or cookie and redirected the SDK to the login page; a TLS error of the login page, or its HTML, is only a consequence',
    advice:
      'Correct the credential, not TLS. Token: --skip-jwt-bearer-tokens=true must be set on the MLflow proxy, and the token must be for its client and not expired. Cookie: it is missing or expired. Log in again; doctor --login shows which it is.',
  },
  {
    id: 'sdk-wrong-owner',
    layer: 'SDK settings',
    message: /wrong (owner|workspace)/i,
    title: 'Wrong owner or workspace',
    meaning:
      'the owner is the account that logged in; the workspace is that of set_workspace() or MLFLOW_WORKSPACE, or else the default of the server',
    advice:
      'Compare both with the log of the login. A step that sets MLFLOW_WORKSPACE in its own env: overrides the exported one, and so does set_workspace() in the script.',
  },
] as const satisfies readonly Symptom[];
