// Every error of the fake platform, and what a user is to read of it.

import { status } from '../support/fake/dex.js';
import type { StartOptions } from '../support/fake/platform.js';
import type { Canned, Endpoint } from '../support/fake/switches.js';

const HTML = { 'content-type': 'text/html' };
const page = (title: string) =>
  `<!doctype html><html><head><title>${title}</title></head><body>secret body</body></html>`;
const oauth = (status: number, error: string, error_description?: string) => ({
  status,
  body: { error, error_description },
});

export interface ErrorCase {
  name: string;
  platform: StartOptions;
  inputs?: Record<string, string>;
  /** What came back, as the message tells it. */
  got: string;
  /** Title of the annotation, from the row of the table of symptoms that must fit. */
  title: string;
  /** What else the message must say. */
  says?: RegExp;
  /** Logins that may be seen; 1 unless said otherwise. */
  logins?: number;
}

export const at = (endpoint: Endpoint, answer: Canned): StartOptions => ({ canned: { [endpoint]: answer } });

export const CASES: ErrorCase[] = [
  // begin the login
  {
    name: 'directory of Dex that does not answer',
    platform: at('login', status(500, 'InternalError', 'failed to authenticate: dial tcp 10.0.0.1:389: refused')),
    got: '500 InternalError: failed to authenticate: dial tcp 10.0.0.1:389: refused',
    title: 'Dex cannot reach its identity provider',
  },
  {
    name: 'answer of an edge in place of the login API',
    platform: at('login', { status: 403, body: 'blocked by policy' }),
    got: '403 blocked by policy',
    title: 'Unexpected response',
    says: /the cause is unknown/,
  },
  {
    name: 'host that MLflow refuses',
    platform: at('workspace', { status: 403, body: 'Invalid Host header - possible DNS rebinding attack detected' }),
    got: '403 Invalid Host header - possible DNS rebinding attack detected',
    title: 'MLflow rejects the host or origin',
    says: /--allowed-hosts/,
  },
  {
    name: 'token that the auth_request of an edge rejects, which leads to the login at another host',
    platform: {
      canned: {
        userinfo: { status: 302, headers: { location: 'https://auth.test/oauth2/start?rd=%2Fmlflow' } },
        workspace: { status: 302, headers: { location: 'https://auth.test/oauth2/start?rd=%2Fmlflow' } },
      },
    },
    inputs: { method: 'token' },
    got: '302 redirect to https://auth.test/oauth2/start an empty response',
    title: 'oauth2-proxy rejects the token',
  },
  {
    name: 'redirect of MLflow to a login at another host, after oauth2-proxy let the account in',
    platform: at('workspace', {
      status: 302,
      headers: { location: 'https://idp.test/authorize?client_id=mlflow&response_type=code' },
    }),
    got: '302 redirect to https://idp.test/authorize an empty response',
    title: 'Login page instead of MLflow',
  },
  {
    name: 'status that alone says that headers are too large',
    platform: at('workspace', { status: 431, body: '' }),
    got: '431 an empty response',
    title: 'Token too large',
  },
  {
    name: 'page of an edge at MLflow, after oauth2-proxy let the account in',
    platform: at('workspace', { status: 403, body: page('403 WAF'), headers: HTML }),
    got: '403 HTML page "403 WAF"',
    title: 'Unexpected response',
    says: /the cause is unknown/,
  },
  {
    name: 'token too large',
    platform: at('workspace', { status: 400, body: page('400 Request Header Or Cookie Too Large'), headers: HTML }),
    got: '400 HTML page "400 Request Header Or Cookie Too Large"',
    title: 'Token too large',
    says: /without groups/,
  },
  {
    name: 'client that enforces PKCE',
    platform: at('authorize', { status: 400, body: 'PKCE code_challenge is required for this client' }),
    got: '400 PKCE code_challenge is required for this client',
    title: 'PKCE required',
    logins: 0,
  },
  {
    name: 'redirect URI not registered',
    platform: { redirectUris: ['/other'] },
    got: '400 BadRequest: Unregistered redirect_uri.',
    title: 'Redirect URI not registered',
    says: /The redirect URI sent was https:\/\/localhost:PORT\/oauth2\/callback/,
    logins: 0,
  },
  {
    name: 'unknown client',
    platform: {},
    inputs: { 'client-id': 'typo' },
    got: '404 NotFound: Invalid client_id.',
    title: 'Unknown client',
    logins: 0,
  },
  {
    name: 'scope refused',
    platform: at('authorize', oauth(400, 'invalid_scope', 'Unrecognized scope(s) ["x"]')),
    got: '400 invalid_scope: Unrecognized scope(s) ["x"]',
    title: 'Invalid scope',
    logins: 0,
  },
  {
    name: 'console in place of the API',
    platform: at('authorize', { status: 200, body: page('Console'), headers: HTML }),
    got: '200 HTML page "Console"',
    title: 'Web page instead of the API',
    logins: 0,
  },
  {
    name: 'no such API, and no Dex',
    platform: { canned: { authorize: { status: 404, body: '' }, discovery: { status: 404, body: '' } } },
    got: '404 an empty response',
    title: 'No login API at this URL',
    logins: 0,
  },
  {
    name: 'redirect to another host',
    platform: at('authorize', { status: 302, body: '', headers: { location: 'https://login.test/x?code=1' } }),
    got: '302 redirect to https://login.test/x an empty response',
    title: 'Unexpected redirect',
    logins: 0,
  },
  {
    name: 'error sent as a redirect',
    platform: at('authorize', {
      status: 303,
      headers: { location: '/cb?error=invalid_scope&error_description=Missing+scope' },
    }),
    got: '303 redirect to https://localhost:PORT/cb with Missing scope an empty response',
    title: 'Invalid scope',
    logins: 0,
  },
  {
    name: 'login request without id',
    platform: at('authorize', { status: 200, body: { req: '' } }),
    got: '200 JSON without "req"',
    title: 'Unexpected response',
    logins: 0,
  },
  {
    name: 'error told with 200',
    platform: at('authorize', { status: 200, body: { error: 'invalid_client' } }),
    got: '200 invalid_client',
    title: 'Unknown client',
    logins: 0,
  },
  {
    name: 'server down',
    platform: at('authorize', { status: 503, body: '', headers: { 'retry-after': '0' } }),
    got: '503 an empty response',
    title: 'Server unavailable',
    logins: 0,
  },
  {
    name: 'server error',
    platform: at('authorize', status(500, 'InternalError', 'boom')),
    got: '500 InternalError: boom',
    title: 'Server error',
    logins: 0,
  },
  // public key
  {
    name: 'key of an unknown form',
    platform: at('pubkey', { status: 200, body: { ts: '1', pubkey: 'ssh-rsa AAAA' } }),
    got: '200 a key or "ts" of an unknown form (ts: string)',
    title: 'Unsupported public key',
    logins: 0,
  },
  {
    name: 'key missing',
    platform: at('pubkey', { status: 200, body: { ts: '1' } }),
    got: '200 JSON without a key',
    title: 'Unsupported public key',
    logins: 0,
  },
  {
    name: 'time stamp missing',
    platform: at('pubkey', { status: 200, body: { pubkey: 'x' } }),
    got: '200 a key or "ts" of an unknown form (ts: undefined)',
    title: 'Unsupported public key',
    logins: 0,
  },
  {
    name: 'no public key at all',
    platform: at('pubkey', { status: 404, body: '' }),
    got: '404: the platform has no public key at this address',
    title: 'No login API at this URL',
    says: /allow-base64-password/,
    logins: 0,
  },
  {
    name: 'key as a page',
    platform: at('pubkey', { status: 200, body: page('Sign in to Wi-Fi'), headers: HTML }),
    got: '200 HTML page "Sign in to Wi-Fi"',
    title: 'Web page instead of the API',
    logins: 0,
  },
  {
    name: 'password too long for the key',
    platform: {},
    inputs: { password: 'long password '.repeat(20) },
    got: "with its frame and escapes the password takes 316 bytes, and the platform's 2048-bit key holds 245 bytes",
    title: 'Password too long',
    logins: 0,
  },
  // login
  {
    name: 'wrong password',
    platform: {},
    inputs: { password: 'wrong password' },
    got: '500 InternalError: Internal error occurred: failed to authenticate',
    title: 'Login refused',
    says: /The platform has: local, corp-ldap\./,
  },
  {
    name: 'wrong user',
    platform: {},
    inputs: { username: 'nobody' },
    got: '500 InternalError: Internal error occurred: failed to authenticate',
    title: 'Login refused',
  },
  {
    name: 'wrong connector',
    platform: {},
    inputs: { connector: 'ldap' },
    got: '400 BadRequest: Connector ID does not match a valid Connector',
    title: 'Unknown connector',
    says: /There is no connector ldap; the platform has: local, corp-ldap\./,
  },
  {
    name: 'captcha',
    platform: at('login', status(500, 'CaptchaError', 'captcha required')),
    got: '500 CaptchaError: captcha required',
    title: 'CAPTCHA required',
    says: /failed logins lock an account/,
  },
  {
    name: 'captcha, reason within error',
    platform: at('login', { status: 403, body: { error: { reason: 'CaptchaError' } } }),
    got: '403 CaptchaError',
    title: 'CAPTCHA required',
  },
  {
    name: 'first login',
    platform: at('login', status(500, 'FirstLoginPasswordUpdate', 'must update')),
    got: '500 FirstLoginPasswordUpdate: must update',
    title: 'Initial password change required',
  },
  {
    name: 'expired password',
    platform: at('login', status(500, 'PasswordExpired', 'x')),
    got: '500 PasswordExpired: x',
    title: 'Password expired',
  },
  {
    name: 'expired password, reason alone',
    platform: at('login', { status: 400, body: { reason: 'PasswordExpired' } }),
    got: '400 PasswordExpired',
    title: 'Password expired',
  },
  {
    name: 'second factor',
    platform: at('login', { status: 403, body: { message: 'Need verify code' } }),
    got: '403 Need verify code',
    title: 'Second factor required',
  },
  {
    name: 'locked account',
    platform: at('login', status(500, 'InternalError', 'user is locked')),
    got: '500 InternalError: user is locked',
    title: 'Account locked',
    says: /20 minutes/,
  },
  {
    name: 'disabled account',
    platform: at('login', { status: 403, body: { error: 'AccountDisabledError' } }),
    got: '403 AccountDisabledError',
    title: 'Account disabled',
  },
  {
    name: 'account without e-mail',
    platform: at(
      'login',
      status(500, 'InternalError', 'Internal error occurred: failed to authenticate: missing email claim'),
    ),
    got: '500 InternalError: Internal error occurred: failed to authenticate: missing email claim',
    title: 'Account without email',
  },
  {
    name: 'unknown reason, as OAuth',
    platform: at('login', { status: 401, body: { error_description: 'no' } }),
    got: '401 no',
    title: 'Unexpected response',
  },
  {
    name: 'stale key',
    platform: at('login', status(500, 'InternalError', 'Internal error occurred: failed to decrypt password')),
    got: '500 InternalError: Internal error occurred: failed to decrypt password',
    title: 'Encrypted password rejected',
  },
  {
    name: 'login request gone',
    platform: at('login', { status: 400, body: { message: 'User session error.' } }),
    got: '400 User session error.',
    title: 'Unknown login request',
  },
  {
    name: 'login API as a page',
    platform: at('login', { status: 500, body: page('Bad'), headers: HTML }),
    got: '500 HTML page "Bad"',
    title: 'Server error',
  },
  {
    name: 'gateway down at the login',
    platform: at('login', { status: 502, body: '' }),
    got: '502 an empty response',
    title: 'Server unavailable',
  },
  {
    name: 'login redirected',
    platform: at('login', { status: 307, headers: { location: 'https://evil.test/' } }),
    got: '307 redirect to https://evil.test/ an empty response',
    title: 'Unexpected redirect',
  },
  {
    name: 'answer without redirect_url',
    platform: at('login', { status: 200, body: { session_state: '' } }),
    got: '200 JSON without "redirect_url"',
    title: 'Unexpected response',
  },
  {
    name: 'reason told with 200',
    platform: at('login', { status: 200, body: { reason: 'CaptchaError' } }),
    got: '200 CaptchaError',
    title: 'CAPTCHA required',
  },
  {
    name: 'redirect_url with an error',
    platform: at('login', { status: 200, body: { redirect_url: '/cb?error=access_denied&error_description=no' } }),
    got: '200 access_denied: no',
    title: 'Login refused',
  },
  {
    name: 'redirect_url without a code',
    platform: at('login', { status: 200, body: { redirect_url: '/cb?state=x' } }),
    got: 'a response without the state that was sent',
    title: 'State mismatch',
  },
  {
    name: 'redirect_url that is none',
    platform: at('login', { status: 200, body: { redirect_url: 'https://[' } }),
    got: '200 JSON without a valid "redirect_url"',
    title: 'Unexpected response',
  },
  {
    name: 'state of another login',
    platform: { state: 'forged' },
    got: 'a response without the state that was sent',
    title: 'State mismatch',
  },
  // token
  {
    name: 'wrong client secret',
    platform: {},
    inputs: { 'client-secret': 'wrong client secret' },
    got: '401 invalid_client: Invalid client credentials.',
    title: 'Client authentication failed',
    says: /base64/,
  },
  {
    name: 'stale code',
    platform: at('token', oauth(400, 'invalid_grant', 'Invalid or expired code parameter.')),
    got: '400 invalid_grant: Invalid or expired code parameter.',
    title: 'Authorization code rejected',
    logins: 2,
  },
  {
    name: 'code of another client',
    platform: at('token', oauth(500, 'server_error')),
    got: '500 server_error',
    title: 'Server error',
  },
  {
    name: 'redirect URI differs',
    platform: at('token', oauth(400, 'invalid_request', 'redirect_uri did not match URI from initial request.')),
    got: '400 invalid_request: redirect_uri did not match URI from initial request.',
    title: 'Redirect URI mismatch',
  },
  {
    name: 'grant not allowed',
    platform: at('token', oauth(400, 'unsupported_grant_type')),
    got: '400 unsupported_grant_type',
    title: 'Unsupported grant type',
  },
  {
    name: 'token endpoint as a page',
    platform: at('token', { status: 200, body: page('x'), headers: HTML }),
    got: '200 HTML page "x"',
    title: 'Web page instead of the API',
  },
  {
    name: 'token endpoint down',
    platform: at('token', { status: 503, body: '' }),
    got: '503 an empty response',
    title: 'Server unavailable',
  },
  {
    name: 'token endpoint redirected',
    platform: at('token', { status: 307, headers: { location: 'https://evil.test/' } }),
    got: '307 redirect to https://evil.test/ an empty response',
    title: 'Unexpected redirect',
  },
  {
    name: 'no id token',
    platform: at('token', { status: 200, body: { access_token: 'access-token', token_type: 'bearer' } }),
    got: 'OAUTH_INVALID_RESPONSE: "response" body "id_token" property must be a string',
    title: 'Unexpected ID token',
  },
  {
    name: 'token of another issuer',
    platform: { claims: { iss: 'https://evil.test/dex' } },
    got: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED: unexpected JWT "iss" (issuer) claim value',
    title: 'Unexpected ID token',
  },
  {
    name: 'token for another audience',
    platform: { claims: { aud: 'other' } },
    got: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED: unexpected JWT "aud" (audience) claim value',
    title: 'Unexpected ID token',
  },
  {
    name: 'token that has expired',
    platform: { claims: { exp: 1_000_000_000 } },
    got: 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED: unexpected JWT "exp" (expiration time) claim value, expiration is past current timestamp',
    title: 'Clock skew',
  },
  // verification
  {
    name: 'proxy without bearer tokens',
    platform: { skipJwtBearerTokens: false },
    inputs: { method: 'token' },
    got: '401 Unauthorized',
    title: 'oauth2-proxy rejects the token',
    says: /--skip-jwt-bearer-tokens=true/,
  },
  {
    name: 'proxy of another client',
    platform: { proxyClientId: 'mlflow' },
    inputs: { method: 'token' },
    got: '401 the token is for client alauda-auth, oauth2-proxy logs in as mlflow',
    title: 'Token for another client',
  },
  {
    name: 'account that the proxy lets in neither here nor there',
    platform: {
      canned: {
        userinfo: { status: 401, body: 'Unauthorized' },
        workspace: {
          status: 403,
          body: '<title>403 Forbidden</title>You do not have permission to access this resource.',
          headers: { 'content-type': 'text/html' },
        },
      },
    },
    got: '403 HTML page "403 Forbidden"',
    title: 'oauth2-proxy denies access',
  },
  {
    name: 'account that the proxy does not let in',
    platform: at('userinfo', { status: 403, body: page('403'), headers: HTML }),
    got: '403 HTML page "403"',
    title: 'oauth2-proxy denies access',
  },
  {
    name: 'wrong cluster',
    platform: {},
    inputs: { cluster: 'c2' },
    got: '200 HTML page "Console"',
    title: 'No oauth2-proxy at this URL',
  },
  {
    name: 'workspace without access',
    platform: {},
    inputs: { workspace: 'team-b' },
    got: '403 PERMISSION_DENIED: Permission denied for requested operation.',
    title: 'No access to the workspace',
  },
  {
    name: 'workspace that does not exist',
    platform: {},
    inputs: { workspace: 'team-x' },
    got: "404 RESOURCE_DOES_NOT_EXIST: Workspace 'team-x' not found",
    title: 'Unknown workspace',
    says: /mlflow-enabled=true/,
  },
  {
    name: 'server without workspaces',
    platform: { workspacesEnabled: false },
    got: '404, and server-info says 200: workspaces are not enabled',
    title: 'Server without workspaces',
  },
  {
    name: 'workspaces switched off',
    platform: { workspacesEnabled: false, ...at('workspace', { status: 503, body: 'off' }) },
    got: '503, and server-info says 200: workspaces are not enabled',
    title: 'Server without workspaces',
  },
  {
    name: 'no default workspace',
    platform: at('experiments', {
      status: 400,
      body: { error: { code: 'INVALID_PARAMETER_VALUE', message: 'Workspace context is required for this request.' } },
    }),
    inputs: { workspace: '' },
    got: '400 INVALID_PARAMETER_VALUE: Workspace context is required for this request.',
    title: 'Workspace required',
  },
  {
    name: 'identity not passed on',
    platform: at('workspace', {
      status: 401,
      body: { error: { code: 'UNAUTHENTICATED', message: 'Missing Authorization header' } },
    }),
    got: '401 UNAUTHENTICATED: Missing Authorization header',
    title: 'MLflow rejects the identity',
  },
];
