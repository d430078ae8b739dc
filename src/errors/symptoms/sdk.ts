// Symptoms that show in the MLflow SDK alone, after the login: each layer there reports the failure of another one.

import type { Symptom } from './symptom.js';

const anyOf = (...patterns: RegExp[]) => new RegExp(patterns.map(({ source }) => source).join('|'), 'i');

export const SDK = [
  {
    id: 'sdk-trailing-blank',
    layer: 'SDK settings',
    message: /Invalid (leading whitespace|header value|.{0,80}character\(s\) in header value)|not a legal HTTP header/i,
    title: 'Blank or line break in the token',
    meaning: 'the token ends in a line break or blank',
    advice:
      'Set MLFLOW_TRACKING_TOKEN without it (.strip() in Python); this program hands it over bare. The text that shows it also shows the token: do not paste it anywhere.',
  },
  {
    id: 'sdk-double-bearer',
    layer: 'SDK settings',
    message: /Bearer(\s|%20)+Bearer/i,
    title: 'Bearer twice',
    meaning: 'the token itself begins with the word Bearer, which the SDK adds',
    advice: 'Set MLFLOW_TRACKING_TOKEN to the bare token.',
  },
  {
    id: 'sdk-certificate-file',
    layer: 'SDK settings',
    message: /Could not find a suitable TLS CA certificate bundle/i,
    title: 'CA file missing',
    meaning: 'MLFLOW_TRACKING_SERVER_CERT_PATH or REQUESTS_CA_BUNDLE names a file that is not there',
    advice:
      'Correct the path. What the action writes under RUNNER_TEMP is there until the end of its job, and not by that path within a container: use MLFLOW_TRACKING_TOKEN alone there, or run exec within the container.',
  },
  {
    id: 'sdk-provider-missing',
    layer: 'SDK settings',
    message: /Could not find any registered plugin for .{0,3}mlflow-auth|No module named .{0,3}mlflow_auth_provider/i,
    title: 'Python provider not found',
    meaning: 'MLFLOW_TRACKING_AUTH names the provider mlflow-auth, and this Python does not find it',
    advice:
      'Something replaced PYTHONPATH in that step, or python -I or -E ignores it, or the step runs in a container, where the folder does not exist: keep PYTHONPATH, or unset MLFLOW_TRACKING_AUTH and use MLFLOW_TRACKING_TOKEN alone, or run exec within the container.',
  },
  {
    id: 'sdk-workspaces-undetermined',
    layer: 'SDK settings',
    message: /could not determine whether the server supports workspaces|endpoints were not found \(HTTP 404\)/i,
    title: 'SDK finds no MLflow at this address',
    meaning:
      'another server than MLflow answered the SDK with 404: the tracking URI lacks its path, or the request carried no credential and ended at a login',
    advice:
      'Set MLFLOW_TRACKING_URI to the whole address, path included, as this program hands it over. With the cookie method, let Python find the provider mlflow-auth: doctor --python shows whether it does.',
  },
  {
    id: 'sdk-tls-contradiction',
    layer: 'SDK settings',
    message: /server_cert_path.{0,80}ignore_tls|ignore_tls.{0,80}server_cert_path|INSECURE_TLS.{0,80}CERT_PATH/is,
    title: 'CA and insecure TLS at once',
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
      'oauth2-proxy did not take the token or cookie and sent the SDK to the login page; a TLS error of the login page, or its HTML, is only what the SDK made of that',
    advice:
      'Correct the credential, not the TLS. Token: --skip-jwt-bearer-tokens=true must be set on the MLflow proxy, and the token must be for its client and not have expired. Cookie: it is missing or has expired. Log in again; doctor --login tells which it is.',
  },
  {
    id: 'sdk-wrong-owner',
    layer: 'SDK settings',
    message: /wrong (owner|workspace)/i,
    title: 'Run of the wrong owner or in the wrong workspace',
    meaning:
      'the owner is who is logged in, and the workspace is what set_workspace() or MLFLOW_WORKSPACE says, or else the default of the server',
    advice:
      'Compare both with what this program says after a login. A step that sets MLFLOW_WORKSPACE in its own env: overrides ours, and so does set_workspace() in the script.',
  },
] as const satisfies readonly Symptom[];
