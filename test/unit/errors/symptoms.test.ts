// Each row of the table of symptoms: found by what comes back at its stage, and by the error texts that users have.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthError, hasSymptom } from '../../../src/errors/errors.js';
import { explain as explainFailure, explainMessage, markOf } from '../../../src/errors/explain.js';
import type { Failure, RequestName, Sent } from '../../../src/errors/failure.js';
import { SYMPTOMS, type SymptomId } from '../../../src/errors/symptoms/all.js';
import { TOKEN_REQUESTS } from '../../../src/errors/symptoms/symptom.js';
import { factsOf } from '../../../src/http/response.js';
import { MORE_FOR_PEOPLE, PEOPLE_PROVIDER_ROWS } from './people-provider-rows.js';
import { ABOUT_THE_CLIENT, MORE_ANSWERS, PROVIDER_ROWS } from './provider-rows.js';

/** A failure below HTTP (`broken`), or an answer, told as "STATUS code: message", "STATUS HTML page "title"", … */
type At = RequestName | 'broken';

const TRIED = { what: 'do something', method: 'GET', address: 'https://platform.test/' } as const;

/** The failure that an answer makes; `sent` is the credential that the request carried. */
function failureOf(at: At, got: string, sent?: Sent): Failure {
  if (at === 'broken') {
    const [, code, schemes = ''] = /^Proxy response \((\d+)\)(?:, it takes (.*))?$/.exec(got) ?? [];
    const refusal = code ? { status: Number(code), schemes: schemes.split(', ').filter(Boolean) } : undefined;
    return { request: 'authorize', tried: TRIED, broken: { text: got, refusal } };
  }
  const [, status, rest = ''] = /^(\d{3}) (.*)$/.exec(got) ?? assert.fail(got);
  const page = /^HTML page "(.*)"$/.exec(rest)?.[1];
  const location = /^redirect to (\S+)/.exec(rest)?.[1];
  const challenge = /^challenge (.*)/.exec(rest)?.[1];
  const words = /^(?:([\w]+): )?(.*)$/.exec(rest) ?? [];
  const json = JSON.stringify({ ...(words[1] ? { reason: words[1] } : {}), message: words[2] });
  const body = page
    ? `<html><title>${page}</title></html>`
    : location || challenge || rest === 'an empty response'
      ? ''
      : /^text /.test(rest)
        ? rest.slice(5)
        : json;
  const headers = new Headers(location ? { location } : challenge ? { 'www-authenticate': challenge } : {});
  const url = new URL(TRIED.address);
  return {
    request: at,
    tried: TRIED,
    answer: factsOf({ url, status: Number(status), headers, body, tried: TRIED, sent }),
  };
}

/** The failure that the program finds out itself. */
const diagnosed = (id: SymptomId): Failure => ({
  request: 'proxy',
  tried: TRIED,
  diagnosis: { id, facts: { text: 'x' } },
});

const explain = (at: At, got: string, sent?: Sent) => explainFailure(failureOf(at, got, sent));

/** For each row: its layer, what came back at a request (undefined where the program names the row), and a word of its advice. */
const ROWS: Record<string, [layer: string, at: At | undefined, got: string, advice: RegExp, sent?: Sent]> = {
  ...PROVIDER_ROWS,
  'basic-rejected': ['account', 'mlflow', '401 challenge Basic realm="mlflow"', /username and password/, 'basic'],
  'basic-forbidden': ['MLflow', 'mlflow', '403 text Permission denied', /permission in the workspace/, 'basic'],
  'basic-not-required': ['MLflow', undefined, '', /not sent/],
  'basic-other-login': ['MLflow', undefined, '', /not sent.*MLFLOW_AUTH_LOGIN/],
  'basic-behind-proxy': ['MLflow', undefined, '', /MLFLOW_AUTH_LOGIN/],
  'basic-required': ['MLflow', 'proxy', '401 challenge Basic realm="mlflow"', /MLFLOW_AUTH_LOGIN\) to basic/, 'token'],
  'oidc-auth-rejected': ['MLflow', 'mlflow', '401 Authentication required', /OIDC_USERNAME_FIELD/, 'token'],
  ...PEOPLE_PROVIDER_ROWS,
  'ci-token-file': ['CI', undefined, '', /id-token-file/],
  'ci-token-invalid': ['CI', undefined, '', /id_tokens/],
  'ci-token-expired': ['CI', undefined, '', /timeout of the job/],
  'ci-token-request': ['CI', 'ci', '403 Forbidden', /id-token: write/],
  'exchange-off': ['Dex', 'exchange', '400 unsupported_grant_type: no', /oauth2\.grantTypes/],
  'exchange-connector': [
    'Dex',
    'exchange',
    '400 invalid_request: Requested connector does not exist.',
    /DEX_CONNECTOR/,
  ],
  'exchange-connector-client': [
    'Dex',
    'exchange',
    '400 invalid_grant: Connector not allowed for this client.',
    /allowedConnectors/,
  ],
  'exchange-refused': ['Dex', 'exchange', '401 access_denied: ', /allowedGroups/],
  'exchange-client': ['Dex', 'exchange', '401 invalid_client: Invalid client credentials.', /public: true/],
  'exchange-peer': ['Dex', 'exchange', '500 server_error: ', /trustedPeers/],
  'exchange-type': ['Dex', 'exchange', '400 request_not_supported: Invalid requested_token_type.', /2\.38/],
  'device-off': ['Dex', 'poll', '400 unsupported_grant_type: ', /login --browser/],
  'device-denied': ['account', 'poll', '400 access_denied: the person said no', /approve/],
  'device-expired': ['account', 'poll', '400 expired_token: ', /Unregistered redirect_uri/],
  'device-code': ['Dex', 'poll', '400 invalid_request: Invalid Device code.', /replicas/],
  'device-answer': ['Dex', undefined, '', /dex-url/],
  'browser-timeout': ['account', undefined, '', /Unregistered redirect_uri/],
  'loopback-port': ['network', undefined, '', /DEX_REDIRECT_URI/],
  'person-client': ['Dex', 'device', '401 unauthorized_client: Client is not allowed', /public: true/],
  'browser-error': ['Dex', 'browser', '303 server_error: ', /administrator of Dex/],
  'endpoint-elsewhere': ['Dex', undefined, '', /DEX_URL/],
  'no-refresh-token': ['Dex', undefined, '', /offline_access/],
  'revoke-failed': ['Dex', 'revoke', '503 an empty response', /until it expires/],
  'dex-unavailable': ['Dex', 'exchange', '503 HTML page "nginx"', /Try again later/],
  'not-dex': ['Dex', 'discovery', '404 an empty response', /DEX_URL/],
  'connector-error': [
    'Dex',
    'form',
    '500 HTML page "Login error. Please contact your administrator or try again later."',
    /administrator of Dex/,
  ],
  'connector-browser': ['Dex', undefined, '', /DEX_CONNECTOR/],
  'dex-elsewhere': ['Dex', undefined, '', /dex-url/],
  'foreign-form': ['Dex', undefined, '', /No password was sent/],
  'dex-steps': ['Dex', undefined, '', /administrator of Dex/],
  'client-secret-missing': ['Dex', undefined, '', /DEX_CLIENT_SECRET/],
  peer: [
    'Dex',
    'authorize',
    '400 BadRequest: invalid_scope: Client can\'t request scope(s) ["audience:server:client_id:x"]',
    /trustedPeers/,
  ],
  'kubernetes-untrusted': ['Kubernetes RBAC', undefined, '', /structured authentication/],
  'no-permission': ['runtime', 'broken', 'getaddrinfo EPERM localhost', /--allow-net --allow-env/],
  'certificate-untrusted': [
    'TLS',
    'broken',
    'SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate',
    /ca-cert .* dex\.tls/,
  ],
  'certificate-expired': ['TLS', 'broken', 'CERT_HAS_EXPIRED: certificate has expired', /renewed/],
  'certificate-host': ['TLS', 'broken', 'ERR_TLS_CERT_ALTNAME_INVALID: Hostname', /host name/],
  'tls-version': ['TLS', 'broken', 'EPROTO: unsupported protocol', /TLS 1\.2/],
  'proxy-login-unsupported': ['HTTP proxy', 'broken', 'Proxy response (407), it takes Negotiate, NTLM', /cntlm/],
  'proxy-login': ['HTTP proxy', 'broken', 'Proxy response (407), it takes NTLM, Basic', /percent-encoded/],
  'proxy-refused': ['HTTP proxy', 'broken', 'Proxy response (403)', /NO_PROXY/],
  dns: ['network', 'broken', 'getaddrinfo ENOTFOUND platform.test', /self-hosted runner/],
  timeout: [
    'network',
    'broken',
    'ETIMEDOUT: connect ETIMEDOUT 10.0.0.1:443',
    /self-hosted runner.*MLFLOW_AUTH_TIMEOUT/,
  ],
  'answer-too-large': ['network', 'broken', 'ERR_ANSWER_TOO_LARGE: larger than 1 MiB', /not the login API/],
  'not-http': ['network', 'broken', 'HPE_INVALID_CONSTANT: Response does not match the HTTP/1.1 protocol', /port/],
  'broken-off': ['network', 'broken', 'ECONNRESET: socket hang up', /closes connections/],
  unreachable: ['network', 'broken', 'connect ECONNREFUSED 127.0.0.1:443', /NO_PROXY/],
  'pkce-required': ['Dex', 'authorize', '400 PKCE code_challenge is required for this client', /S256/],
  'redirect-uri': ['Dex', 'authorize', '400 BadRequest: Unregistered redirect_uri.', /DEX_REDIRECT_URI/],
  'client-unknown': ['Dex', 'authorize', '404 NotFound: Invalid client_id.', /alauda-auth/],
  scope: ['Dex', 'authorize', '400 invalid_scope: Unrecognized scope(s)', /DEX_SCOPES/],
  captcha: ['account', 'login', '500 CaptchaError', /log in once in a browser.*does not retry/],
  'first-login': ['account', 'login', '500 FirstLoginPasswordUpdate', /web console once/],
  'password-expired': ['account', 'login', '500 PasswordExpired', /Change it in the web console/],
  locked: ['account', 'login', '500 InternalError: account is locked', /20 minutes/],
  'account-disabled': ['account', 'login', '403 AccountDisabledError', /administrator/],
  'second-factor': ['account', 'login', '403 Need verify code', /service account/],
  'missing-email': ['Dex', 'login', '500 failed to authenticate: missing email claim', /email/],
  'stale-key': ['login API', 'login', '500 failed to decrypt password', /clock/],
  'login-request-gone': ['Dex', 'login', '400 User session error.', /replicas/],
  connector: ['Dex', 'login', '400 Connector ID does not match a valid Connector', /DEX_CONNECTOR/],
  'html-from-api': ['login API', 'pubkey', '200 HTML page "Sign in to Wi-Fi"', /captive portal/],
  'server-down': ['login API', 'pubkey', '503 an empty response', /Try again later/],
  'not-found': ['login API', 'pubkey', '404 an empty response', /platform-address/],
  'wrong-password': [
    'account',
    'login',
    '500 InternalError: failed to authenticate',
    /connector.*LDAP.*does not retry/,
  ],
  'password-grant-off': ['Dex', 'password-grant', '400 unsupported_grant_type', /oauth2\.passwordConnector.*dex/],
  'password-connector': [
    'Dex',
    'password-grant',
    '400 invalid_request: Requested connector does not exist.',
    /oauth2\.passwordConnector/,
  ],
  'implicit-off': [
    'Dex',
    'page',
    '400 unsupported_response_type: Unsupported response type "id_token"',
    /oauth2\.responseTypes.*cookie method/,
  ],
  'id-token-missing': ['Dex', undefined, 'a redirect without an ID token', /administrator/],
  'invalid-client': ['Dex', 'token', '401 invalid_client: Invalid client credentials.', /cpaas-oidc-secret.*base64/],
  'redirect-uri-differs': [
    'Dex',
    'token',
    '400 invalid_request: redirect_uri did not match',
    /configured platform address/,
  ],
  'invalid-grant': ['Dex', 'token', '400 invalid_grant: Invalid or expired code parameter.', /Log in again/],
  'refresh-refused': [
    'Dex',
    'refresh',
    '400 invalid_request: Refresh token is invalid or has already been claimed by another client.',
    /account of its own/,
  ],
  'grant-type': ['Dex', 'token', '400 unsupported_grant_type', /client of the MLflow proxy/],
  clock: ['clock', undefined, 'OAUTH_TIMESTAMP_CHECK: unexpected JWT "exp" (expiration time) claim value', /NTP/],
  'token-claims': ['Dex', undefined, 'unexpected JWT "aud" (audience) claim value', /client-id/],
  'password-too-long': ['account', undefined, 'the password takes 300 bytes', /shorter/],
  'unsafe-key': ['login API', undefined, '200 a public key of 512 bits: expected 2048 to 8192', /Nothing was sent/],
  'bad-key': ['login API', undefined, '200 a key or "ts" of an unknown form', /report the form/],
  state: ['Dex', undefined, 'a state that is not the one that was sent', /Do not use/],
  redirected: ['login API', 'authorize', '302 redirect to https://other.test/ an empty response', /platform-address/],
  'header-too-large': [
    'oauth2-proxy',
    'mlflow',
    '400 text Invalid HTTP request received.',
    /token method.*Redis/,
    'cookie',
  ],
  'token-too-large': [
    'oauth2-proxy',
    'mlflow',
    '431 HTML page "Request Header Fields Too Large"',
    /without groups/,
    'token',
  ],
  issuer: ['oauth2-proxy', undefined, '', /platform-address/],
  'proxy-unauthorized': ['oauth2-proxy', 'proxy', '401 text Unauthorized', /login of its own/],
  'mlflow-host': [
    'MLflow',
    'mlflow',
    '403 text Invalid Host header - possible DNS rebinding attack detected',
    /--allowed-hosts/,
  ],
  'code-missing': ['Dex', undefined, '', /Try again/],
  'field-missing': ['login API', undefined, '', /platform-address/],
  'key-unusable': ['runtime', undefined, '', /2048 to 4096/],
  'identity-provider': [
    'Dex',
    'login',
    '500 InternalError: failed to authenticate: ldap: initial bind: LDAP Result Code 49 "Invalid Credentials"',
    /The password was not rejected/,
  ],
  'client-certificate': [
    'TLS',
    'broken',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: alert number 116',
    /no client certificate/,
  ],
  'ca-strict': ['TLS', undefined, '', /Python 3\.12/],
  'foreign-login': ['oauth2-proxy', undefined, 'an authorization request without a state', /No credential was sent/],
  'no-login-needed': ['oauth2-proxy', undefined, '200: MLflow answers without any login', /No credential is required/],
  audience: ['oauth2-proxy', undefined, '401 the token is for client a, oauth2-proxy logs in as b', /client-id/],
  'token-expired': ['oauth2-proxy', undefined, '401 the token has expired', /Log in again/],
  'token-early': ['oauth2-proxy', undefined, '401 the token is valid from 2026-11-26T00:00:00.000Z on', /clocks/],
  'cookie-rejected': ['oauth2-proxy', undefined, '401 session cookie rejected', /replicas/],
  'token-rejected': ['oauth2-proxy', undefined, '403 Forbidden', /log of the MLflow proxy/],
  'bearer-off': ['oauth2-proxy', undefined, '401 Unauthorized', /--skip-jwt-bearer-tokens=true/],
  'proxy-redirected': [
    'oauth2-proxy',
    'proxy',
    '308 redirect to https://other.test/ an empty response',
    /tracking-uri/,
  ],
  'proxy-forbids': ['oauth2-proxy', 'proxy', '403 HTML page "403 Forbidden"', /allow this account/],
  'not-the-proxy': ['oauth2-proxy', 'proxy', '200 HTML page "Console"', /cluster/],
  'callback-chunks': [
    'oauth2-proxy',
    undefined,
    '302 with a session cookie of 19000 chunks, more than 100',
    /tracking-uri/,
  ],
  'callback-csrf': [
    'oauth2-proxy',
    'callback',
    '403 HTML page "Login Failed: Unable to find a valid CSRF token."',
    /15 minutes/,
  ],
  'callback-provider': [
    'oauth2-proxy',
    'callback',
    '403 The upstream identity provider returned an error: x',
    /redirect URL/,
  ],
  'callback-forbidden': [
    'oauth2-proxy',
    'callback',
    '403 You do not have permission to access this resource.',
    /allow this account/,
  ],
  'callback-redeem': [
    'oauth2-proxy',
    'callback',
    '500 Oops! Something went wrong.',
    /request ID.*rotated client secret/,
  ],
  'callback-address': [
    'oauth2-proxy',
    undefined,
    '302 redirect to another login without a session cookie',
    /proxy prefix/,
  ],
  'callback-cookie': [
    'oauth2-proxy',
    undefined,
    '302 redirect without a session cookie "x"',
    /MLFLOW_AUTH_COOKIE_NAME/,
  ],
  'workspace-forbidden': [
    'Kubernetes RBAC',
    'mlflow',
    '403 PERMISSION_DENIED: Permission denied',
    /mlflow\.kubeflow\.org.*5 minutes/,
  ],
  'workspaces-off': [
    'MLflow',
    undefined,
    '404, and server-info says 200: workspaces are not enabled',
    /--enable-workspaces/,
  ],
  'workspace-unknown': ['MLflow', 'mlflow', '404 RESOURCE_DOES_NOT_EXIST: Workspace', /mlflow-enabled=true/],
  'workspace-missing': [
    'MLflow',
    'mlflow',
    '400 INVALID_PARAMETER_VALUE: Workspace context is required',
    /MLFLOW_WORKSPACE/,
  ],
  'mlflow-unauthenticated': [
    'MLflow',
    'mlflow',
    '401 UNAUTHENTICATED: Missing Authorization header',
    /pass_authorization_header/,
  ],
  'server-error': ['login API', 'token', '500 boom', /administrator/],
  'proxy-error': ['oauth2-proxy', 'proxy', '500 HTML page "500 Internal Server Error"', /Try again later/],
  'callback-unexpected': ['oauth2-proxy', 'callback', '200 HTML page "Console"', /in its place/],
  'mlflow-endpoint': ['MLflow', 'mlflow', '404 ENDPOINT_NOT_FOUND: Endpoint not found.', /tracking-uri/],
  'mlflow-login': [
    'oauth2-proxy',
    'mlflow',
    '302 redirect to https://platform.test/dex/auth an empty response',
    /rejected the credential/,
  ],
  'mlflow-error': ['MLflow', 'mlflow', '502 an empty response', /Try again later/],
  'sdk-trailing-blank': [
    'SDK settings',
    undefined,
    "Invalid leading whitespace, reserved character(s), or return character(s) in header value: 'Bearer x\\n'",
    /\.strip\(\)/,
  ],
  'sdk-double-bearer': ['SDK settings', undefined, "header 'Authorization: Bearer Bearer ey'", /token alone/],
  'sdk-certificate-file': [
    'SDK settings',
    undefined,
    'OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /ca.pem',
    /Correct the path/,
  ],
  'sdk-provider-missing': [
    'SDK settings',
    undefined,
    "Could not find any registered plugin for 'mlflow-auth'",
    /PYTHONPATH.*container/,
  ],
  'sdk-workspaces-undetermined': [
    'SDK settings',
    undefined,
    "Active workspace 'team-a' cannot be used. MLflow could not determine whether the server supports workspaces, because the MLflow server-info and server-features endpoints were not found (HTTP 404).",
    /whole URL.*doctor --python/,
  ],
  'sdk-tls-contradiction': [
    'SDK settings',
    undefined,
    "When 'ignore_tls_verification' is true then 'server_cert_path' must not be set!",
    /Unset one/,
  ],
  'sdk-rejected': [
    'oauth2-proxy',
    undefined,
    'json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)',
    /--skip-jwt-bearer-tokens=true/,
  ],
  'sdk-wrong-owner': ['SDK settings', undefined, 'the run shows the wrong owner', /set_workspace/],
};

describe('the table of symptoms', () => {
  it('has one row for each name, all in words', () => {
    assert.equal(new Set(SYMPTOMS.map(({ id }) => id)).size, SYMPTOMS.length);
    for (const { id, title, meaning, advice } of SYMPTOMS) {
      assert.match(id, /^[a-z]+(-[a-z]+)*$/);
      assert.ok(title.length > 0 && title.length < 50, id);
      assert.doesNotMatch(meaning, /^[A-Z].*\.$/, id);
      assert.match(advice, /\.$/, id);
    }
  });

  const CONNECTIONS: [got: string, id: string][] = [
    ['SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain', 'certificate-untrusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate', 'certificate-untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate', 'certificate-untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unable to get local issuer certificate', 'certificate-untrusted'],
    ['invalid peer certificate: UnknownIssuer', 'certificate-untrusted'],
    ['CERT_HAS_EXPIRED: certificate has expired', 'certificate-expired'],
    ["ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames", 'certificate-host'],
    ['ERR_SSL_WRONG_VERSION_NUMBER: wrong version number', 'tls-version'],
    ['ENOTFOUND: getaddrinfo ENOTFOUND platform.test', 'dns'],
    ['EAI_AGAIN: getaddrinfo EAI_AGAIN platform.test', 'dns'],
    ['ETIMEDOUT: connect ETIMEDOUT 10.0.0.1:443', 'timeout'],
    ['ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:443', 'unreachable'],
    ['EHOSTUNREACH: connect EHOSTUNREACH', 'unreachable'],
    ['ECONNRESET: socket hang up', 'broken-off'],
    // As Deno's own fetch says them.
    ['client error (Connect): dns error: failed to lookup address information: Name or service not known', 'dns'],
    ['client error (Connect): tcp connect error: Connection refused (os error 111)', 'unreachable'],
    ['client error (Connect): tls handshake eof', 'broken-off'],
    ['client error (Connect): received corrupt message of type InvalidContentType', 'tls-version'],
    ['client error (Connect): received fatal alert: ProtocolVersion', 'tls-version'],
    [
      'client error (Connect): invalid peer certificate: certificate expired: verification time 1795689358 (UNIX), but certificate is not valid after 1795516551',
      'certificate-expired',
    ],
    [
      'client error (Connect): invalid peer certificate: certificate not valid yet: verification time',
      'certificate-expired',
    ],
    [
      'client error (Connect): invalid peer certificate: certificate not valid for name "localhost"',
      'certificate-host',
    ],
    ['client error (Connect): invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))', 'certificate-untrusted'],
    ['client error (Connect): received fatal alert: CertificateRequired', 'client-certificate'],
    ['client error (SendRequest): connection closed before message completed', 'broken-off'],
    ['error reading a body from connection', 'broken-off'],
    ['client error (SendRequest): invalid HTTP version parsed', 'not-http'],
    ['Invalid gzip header', 'not-http'],
    ['client error (SendRequest): message head is too large', 'answer-too-large'],
  ];
  for (const [got, id] of CONNECTIONS) it(`knows "${got}"`, () => assert.equal(explain('broken', got).id, id));

  it('has an answer for everything', () => assert.equal(explain('token', '418 something never seen').id, 'unknown'));
});

describe('each symptom', () => {
  it('is tested here', () => assert.deepEqual(Object.keys(ROWS).sort(), SYMPTOMS.map(({ id }) => id).sort()));

  for (const [id, [layer, at, got, advice, sent]] of Object.entries(ROWS)) {
    it(`${id} is found, with its layer and its advice`, () => {
      const row = at ? explain(at, got, sent) : (explainMessage(got) ?? SYMPTOMS.find((one) => one.id === id));
      assert.equal(row?.id, id);
      assert.equal(row?.layer, layer);
      assert.match(row?.advice ?? '', advice);
    });
  }
});

/** Texts that look like another symptom than theirs. */
const MISLEADING: [at: At, got: string, id: string][] = [
  ['browser', '303 access_denied: The resource owner denied the request', 'device-denied'],
  ['browser', '303 unauthorized_client: ', 'person-client'],
  ['browser', `303 invalid_scope: Client can't request scope(s) ["audience:server:client_id:x"]`, 'peer'],
  ['browser', '303 invalid_scope: Unrecognized scope(s) ["bogus"]', 'scope'],
  ['device', '404 HTML page "Not Found"', 'not-dex'],
  ['device', '503 HTML page "nginx"', 'dex-unavailable'],
  ['device', '400 unsupported_grant_type: ', 'device-off'],
  ['device', '401 invalid_client: Invalid client credentials.', 'person-client'],
  ['device', '200 HTML page "Console"', 'not-dex'],
  ['poll', '401 invalid_client: Invalid client credentials.', 'person-client'],
  ['poll', '400 invalid_grant: Invalid code_verifier.', 'device-code'],
  ['poll', '500 an empty response', 'dex-unavailable'],
  ['revoke', '400 unsupported_token_type: ', 'revoke-failed'],
  ...MORE_ANSWERS,
  ...MORE_FOR_PEOPLE,
  ['login', '400 blocked by policy', 'unknown'],
  ['login', '500 InternalError: check your clock', 'server-error'],
  ['login', '403 forbidden by WAF', 'unknown'],
  ['login', '500 dial tcp 10.0.0.1:389: connect: connection refused', 'identity-provider'],
  ['authorize', '503 HTML page "503 Service Temporarily Unavailable"', 'server-down'],
  ['token', '502 HTML page "502 Bad Gateway"', 'server-down'],
  ['login', '429 HTML page "429 Too Many Requests"', 'server-down'],
  ['pubkey', '500 HTML page "500 Internal Server Error"', 'server-error'],
  ['authorize', '403 HTML page "403 Forbidden"', 'unknown'],
  ['token', '500 server_error: ', 'server-error'],
  ['proxy', '403 text Invalid Host header - possible DNS rebinding attack detected', 'mlflow-host'],
  ['login', '500 failed to verify password', 'wrong-password'],
  ['login', '500 invalid user or password', 'wrong-password'],
  ['login', '404 HTML page "404 Not Found"', 'not-found'],
  ['mlflow', '403 HTML page "Sign In"', 'proxy-forbids'],
  ['mlflow', '503 an empty response', 'mlflow-error'],
  ['mlflow', '500 INTERNAL_ERROR: boom', 'mlflow-error'],
  ['proxy', '502 an empty response', 'proxy-error'],
  ['broken', 'terminated: HPE_INVALID_EOF_STATE: Response does not match the HTTP/1.1 protocol', 'broken-off'],
  ['callback', '429 slow down', 'proxy-error'],
  ['callback', '502 an empty response', 'proxy-error'],
  ['login', '501 an empty response', 'server-error'],
  ['pubkey', '302 redirect to https://other.test/dex/pubkey an empty response', 'redirected'],
];

describe('a text that looks like another symptom', () => {
  for (const [stage, got, id] of MISLEADING) it(`${got} is ${id}`, () => assert.equal(explain(stage, got).id, id));
});

describe('an error of this program', () => {
  for (const { id } of SYMPTOMS) {
    it(`${id} is recognised by its mark, whatever a server wrote into it`, () => {
      const { message } = new AuthError({ ...diagnosed(id), hint: '[mlflow-auth: captcha] captcha' });
      assert.ok(message.endsWith(markOf(id)), message);
      assert.equal(explainMessage(`::error::${message}\nmore`)?.id, id);
    });
  }
});

describe('a failure that fits no row', () => {
  it('names the layer that answered, quotes it, and says that the cause is unknown', () => {
    const { id, message, symptom } = new AuthError(failureOf('login', '403 blocked by policy 7'));
    assert.equal(id, 'unknown');
    assert.equal(symptom.layer, 'login API');
    assert.match(
      message,
      /403 blocked by policy 7 \(.*login API, or a server in front of it, responded.*the cause is unknown\)/,
    );
    assert.doesNotMatch(message, /password|e-mail|captive/);
  });
});

describe('the name of a symptom', () => {
  it('is checked by the compiler', () => {
    const error = new AuthError(diagnosed('bearer-off'));
    assert.ok(hasSymptom(error, 'audience', 'bearer-off'));
    assert.ok(!hasSymptom(new Error('bearer-off'), 'bearer-off'));
    // @ts-expect-error: there is no such row
    assert.ok(!hasSymptom(error, 'bearer-of'));
    // @ts-expect-error: there is no such row
    assert.ok(error.id !== 'bearer-of');
  });
});

const server = "HTTPSConnectionPool(host='platform.test', port=443): Max retries exceeded with url:";

/** Texts of the guide's table, of facts about the SDK, and of curl. */
const MESSAGES: [text: string, id: string | undefined][] = [
  ['{"message":"PKCE code_challenge is required for this client"}', 'pkce-required'],
  ['CaptchaError', 'captcha'],
  ['the server failed to respond: Connection refused', 'unreachable'],
  ['CA cert does not include key usage extension (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Missing Authority Key Identifier', 'ca-strict'],
  ['certificate verify failed: Missing Subject Key Identifier (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Authority Key Identifier marked critical (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Subject Key Identifier marked critical (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Basic Constraints of CA cert not marked critical (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Path length invalid for non-CA cert (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Path length given without key usage keyCertSign (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Key usage keyCertSign invalid for non-CA cert (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Issuer name empty (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Subject name empty (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Empty Subject Alternative Name extension (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Subject empty and Subject Alt Name extension not critical (_ssl.c:1028)', 'ca-strict'],
  ['certificate verify failed: Using cert extension requires at least X509v3 (_ssl.c:1028)', 'ca-strict'],
  ['UserWarning: Could not find any registered plugin for mlflow-auth', 'sdk-provider-missing'],
  ['Invalid Host header - possible DNS rebinding attack detected', 'mlflow-host'],
  ['Call returns HTML or a redirect (302 to the login page)', 'sdk-rejected'],
  [
    'Failed to query /api/3.0/mlflow/server-info, often with SSLCertVerificationError: self-signed certificate',
    'sdk-rejected',
  ],
  ['step took 431 ms', undefined],
  ['{"error":"invalid_grant","error_description":"Invalid or expired code parameter."}', 'invalid-grant'],
  [
    "API request to endpoint was successful but the response body was not in a valid JSON format. Response body: '<html>'",
    'sdk-rejected',
  ],
  ['json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)', 'sdk-rejected'],
  [
    'API request to endpoint /api/2.0/mlflow/runs/create failed with error code 302 != 200. Response body: \'<a href="https://platform.test/dex/auth?client_id=x">Found</a>\'',
    'sdk-rejected',
  ],
  ['RestException: INTERNAL_ERROR: Response: {}', 'sdk-rejected'],
  ['requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://platform.test/', 'sdk-rejected'],
  [
    `Failed to query /api/3.0/mlflow/server-info: ${server} /dex/auth?client_id=a (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate')))`,
    'sdk-rejected',
  ],
  [
    `Failed to query /api/3.0/mlflow/server-info: ${server} /clusters/c1/mlflow/api/3.0/mlflow/server-info (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate')))`,
    'certificate-untrusted',
  ],
  [
    "Invalid leading whitespace, reserved character(s), or return character(s) in header value: 'Bearer x\\n'",
    'sdk-trailing-blank',
  ],
  ["curl: header 'Authorization: Bearer Bearer ey'", 'sdk-double-bearer'],
  [
    "RestException: INTERNAL_ERROR: Response: {'error': {'code': 'PERMISSION_DENIED', 'message': 'Permission denied for requested operation.'}}",
    'workspace-forbidden',
  ],
  ["RESOURCE_DOES_NOT_EXIST: Workspace 'team-x' not found in the Kubernetes cluster.", 'workspace-unknown'],
  ["Active workspace 'team-a' cannot be used because the remote server does not support workspaces", 'workspaces-off'],
  ['INVALID_PARAMETER_VALUE: Workspace context is required for this request.', 'workspace-missing'],
  [
    'UNAUTHENTICATED: Authentication with the Kubernetes API failed. The provided token may be invalid or expired.',
    'mlflow-unauthenticated',
  ],
  ["failed with error code 400 != 200. Response body: 'Invalid HTTP request received.'", 'header-too-large'],
  ['400 Bad Request: Request Header Or Cookie Too Large', 'header-too-large'],
  ['OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /ca.pem', 'sdk-certificate-file'],
  ["When 'ignore_tls_verification' is true then 'server_cert_path' must not be set!", 'sdk-tls-contradiction'],
  ["MlflowException: Could not find any registered plugin for 'mlflow-auth'.", 'sdk-provider-missing'],
  ["ModuleNotFoundError: No module named 'mlflow_auth_provider'", 'sdk-provider-missing'],
  ['the run shows the wrong owner', 'sdk-wrong-owner'],
  ['curl: (60) SSL certificate problem: unable to get local issuer certificate', 'certificate-untrusted'],
  ['curl: (6) Could not resolve host: platform.test', 'dns'],
  ['curl: (7) Failed to connect to platform.test port 443: Connection refused', 'unreachable'],
  [`${server} / (Caused by NameResolutionError("Failed to resolve 'platform.test'"))`, 'dns'],
  [
    `${server} / (Caused by ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden')))`,
    'proxy-refused',
  ],
  ['curl: (56) CONNECT tunnel failed, response 407', 'proxy-login'],
  ['HTTPSConnectionPool: Read timed out. (read timeout=120)', 'timeout'],
  [
    'mlflow-auth: the session cookie for https://platform.test expired at 2026-01-01T00:00:00.000Z. Log in again.',
    'sdk-rejected',
  ],
  ['Login Failed: Unable to find a valid CSRF token. Please try again.', 'callback-csrf'],
  ['{"reason":"FirstLoginPasswordUpdate"}', 'first-login'],
  ['ZeroDivisionError: division by zero', undefined],
];

describe('an error text that a user has', () => {
  for (const [text, id] of MESSAGES) {
    it(`${text.slice(0, 60)}… is explained by ${id}`, () => assert.equal(explainMessage(text)?.id, id));
  }
});

describe('what a provider answers about the client', () => {
  for (const [got, id] of ABOUT_THE_CLIENT)
    it(`is ${id} at every grant: ${got}`, () => {
      for (const at of TOKEN_REQUESTS) assert.equal(explain(at, got).id, id, at);
    });
});
