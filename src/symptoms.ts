// The table of symptoms: one row for each thing that is known to go wrong, most telling pattern first.

import type { Stage } from './troubleshoot.js';

/** One known cause of failure. */
export interface Symptom {
  /** Name for tests and links. */
  id: string;
  /** The stages at which it may show; empty means any. */
  stages: Stage[];
  /** Recognises it in the text of what came back. */
  pattern: RegExp;
  /** A few words, for an annotation's title. */
  title: string;
  /** What it means; completes "Got: … (meaning)". */
  meaning: string;
  /** What to do, as whole sentences. */
  advice: string;
}

const LOGIN_API: Stage[] = ['authorize', 'pubkey', 'login'];
const ONE_TRY = 'Nothing was tried a second time, because failed logins lock an account (by default 5 in 24 hours).';

export const SYMPTOMS: readonly Symptom[] = [
  // Below HTTP
  {
    id: 'no-permission',
    stages: ['connect'],
    pattern: /NotCapable|EPERM|PermissionDenied|Requires net access/i,
    title: 'Deno permission missing',
    meaning: 'deno run was started without a permission that this needs',
    advice: 'Start it with --allow-net --allow-env, and with --allow-read for files.',
  },
  {
    id: 'certificate-untrusted',
    stages: ['connect'],
    pattern:
      /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|UnknownIssuer|unable to get (local )?issuer|self.signed|unable to verify/i,
    title: 'Untrusted certificate',
    meaning: 'the server shows a certificate of a CA that this machine does not trust',
    advice:
      'Give the CA in ca-cert (PLATFORM_CA) as PEM text or a path: on Alauda it is ca.crt of the Secret dex.tls in cpaas-system, or tls.crt where that is empty. For a lab, insecure-tls turns the check off by name.',
  },
  {
    id: 'certificate-expired',
    stages: ['connect'],
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (has expired|is not yet valid)/i,
    title: 'Certificate not valid at this time',
    meaning: "the server's certificate has run out or is not valid yet",
    advice: "Have the platform's certificate renewed, and check this machine's clock.",
  },
  {
    id: 'certificate-host',
    stages: ['connect'],
    pattern: /ALTNAME_INVALID|NotValidForName|does not match certificate/i,
    title: 'Certificate of another host',
    meaning: "the server's certificate is for another host name",
    advice: 'Use the host name for which the certificate was made, as in the address of the web console.',
  },
  {
    id: 'tls-version',
    stages: ['connect'],
    pattern: /ERR_SSL|EPROTO|wrong version number|unsupported protocol|protocol version/i,
    title: 'No TLS with this server',
    meaning: 'no common TLS version, or the port does not speak TLS at all',
    advice: 'Check the port, and http: against https: in the address. TLS 1.2 is the least that is accepted.',
  },
  {
    id: 'proxy-refused',
    stages: ['connect'],
    pattern: /proxy response \(\d+\)|HTTP tunneling|web proxy/i,
    title: 'Web proxy in the way',
    meaning: 'the web proxy of HTTPS_PROXY or HTTP_PROXY did not open a way to the server',
    advice:
      'Put the host into NO_PROXY if it is internal, or check the name, port, user and password in HTTPS_PROXY (status 407 asks for the last two).',
  },
  {
    id: 'dns',
    stages: ['connect'],
    pattern: /ENOTFOUND|EAI_AGAIN|getaddrinfo|failed to lookup address/i,
    title: 'Unknown host name',
    meaning: 'the host name is not known here',
    advice:
      "Check the address for typing errors. A private platform cannot be found from GitHub's hosted runners: use a self-hosted runner in its network.",
  },
  {
    id: 'timeout',
    stages: ['connect'],
    pattern: /no answer within|time ran out|TIMEOUT|ETIMEDOUT|timed out/i,
    title: 'No answer in time',
    meaning: 'the server, or something on the way to it, did not answer in time',
    advice:
      "Check the address and the network. GitHub's hosted runners do not reach a private platform: use a self-hosted runner. For a slow server raise timeout (MLFLOW_AUTH_TIMEOUT).",
  },
  {
    id: 'answer-too-large',
    stages: ['connect'],
    pattern: /larger than|HEADERS_OVERFLOW/i,
    title: 'Answer too large',
    meaning: 'the answer is larger than any that this login knows',
    advice: 'Check the address: this is not the login API.',
  },
  {
    id: 'unreachable',
    stages: ['connect'],
    pattern: /(?:)/,
    title: 'Server not reached',
    meaning: 'there is no connection to the server',
    advice:
      "Check the address, the port and the network. GitHub's hosted runners do not reach a private platform: use a self-hosted runner. If HTTPS_PROXY is set, an internal host belongs into NO_PROXY.",
  },

  // The login API and Dex
  {
    id: 'pkce-required',
    stages: LOGIN_API,
    pattern: /PKCE|code_challenge/i,
    title: 'PKCE required',
    meaning: 'the client must use PKCE and the request carried none, or none of an accepted method',
    advice:
      'The token method always sends S256. With the cookie method the request is oauth2-proxy\'s own: an administrator upgrades the MLflow plugin or sets code_challenge_method = "S256" there.',
  },
  {
    id: 'redirect-uri',
    stages: LOGIN_API,
    pattern: /redirect_uri/i,
    title: 'Redirect URI not registered',
    meaning: 'the client has no such redirect URI',
    advice:
      'Set redirect-uri (DEX_REDIRECT_URI) to one that the client has registered, with exactly that host, port and path; use the configured platform address, not another name or IP of it.',
  },
  {
    id: 'client-unknown',
    stages: ['authorize'],
    pattern: /client_id|invalid_client|unauthorized_client/i,
    title: 'Unknown client',
    meaning: 'Dex knows no client of this id',
    advice: 'Check client-id (DEX_CLIENT_ID): it is the client of the MLflow proxy, on Alauda usually alauda-auth.',
  },
  {
    id: 'scope',
    stages: ['authorize', 'token'],
    pattern: /invalid_scope|scope/i,
    title: 'Scope refused',
    meaning: 'a scope is not known to Dex or not allowed for this client',
    advice: 'Set scopes (DEX_SCOPES) to what the client may ask for; the default is "openid email groups".',
  },
  {
    id: 'captcha',
    stages: ['login'],
    pattern: /captcha/i,
    title: 'Captcha asked for',
    meaning: 'recent failed logins of this account have switched a captcha on',
    advice: `Wait, correct the password, and log in once in a browser; a clean first login needs no captcha. ${ONE_TRY}`,
  },
  {
    id: 'first-login',
    stages: ['login'],
    pattern: /FirstLogin/i,
    title: 'First login not done',
    meaning: 'a new account must change its password first',
    advice: 'Log in to the web console once with this account, set a new password and store that one.',
  },
  {
    id: 'password-expired',
    stages: ['login'],
    pattern: /Password\w*Expired|password (has |is )?expired/i,
    title: 'Password expired',
    meaning: "the password is older than the platform's policy allows",
    advice: 'Change it in the web console and store the new one.',
  },
  {
    id: 'locked',
    stages: ['login'],
    pattern: /lock/i,
    title: 'Account locked',
    meaning: 'too many failed logins',
    advice:
      'Wait (20 minutes by default) or have an administrator unlock the account, and correct the password before the next run.',
  },
  {
    id: 'account-disabled',
    stages: ['login'],
    pattern: /disabled|invalid user|account.{0,20}(expired|invalid|inactive)/i,
    title: 'Account disabled',
    meaning: 'the account is disabled or has run out',
    advice: 'Ask the administrator of the platform to enable it.',
  },
  {
    id: 'second-factor',
    stages: ['login'],
    pattern: /verif(y|ication)/i,
    title: 'Second factor asked for',
    meaning: 'the account must confirm its login with a second factor',
    advice: 'No script can do that. Use a service account to which the two-factor policy does not apply.',
  },
  {
    id: 'missing-email',
    stages: ['login', 'token'],
    pattern: /missing email/i,
    title: 'Account without e-mail',
    meaning: 'the identity provider sends no e-mail address for this account',
    advice: 'Have an e-mail address set for the account, or its claim mapped in the connector.',
  },
  {
    id: 'stale-key',
    stages: ['login'],
    pattern: /decrypt|\bts\b|timestamp/i,
    title: 'Encrypted password not accepted',
    meaning: 'the server could not read the encrypted password, or its time stamp had run out',
    advice: "Run it again; if it stays, compare this machine's clock with the server's.",
  },
  {
    id: 'login-request-gone',
    stages: ['login'],
    pattern: /User session|requested resource does not exist|invalid req\b|auth.?request/i,
    title: 'Login request unknown',
    meaning: 'the server no longer knows the login that was begun',
    advice: 'Run it again. If it happens each time, several Dex replicas without a common storage are likely.',
  },
  {
    id: 'connector',
    stages: ['login'],
    pattern: /connector|^404/i,
    title: 'Unknown connector',
    meaning: 'Dex has no connector of this id that takes a password',
    advice:
      'Set connector (DEX_CONNECTOR) to the one in which the account lives: local, or the id of an LDAP connector. Accounts of an OIDC connector cannot log in without a browser.',
  },
  {
    id: 'html-from-api',
    stages: [...LOGIN_API, 'token'],
    pattern: /HTML/,
    title: 'A web page instead of the API',
    meaning: 'this address has no JSON login API, or something in between answers in its place',
    advice:
      'Check platform-address: the bare address of the web console. A captive portal, a web proxy or an old platform (before 3.14) answers like this too.',
  },
  {
    id: 'server-down',
    stages: ['authorize', 'pubkey', 'login', 'token', 'proxy'],
    pattern: /^(429|50[234])/,
    title: 'Server not available',
    meaning: 'the server is overloaded or out of order',
    advice: 'Try again later, or ask the administrator of the platform.',
  },
  {
    id: 'not-found',
    stages: LOGIN_API,
    pattern: /^404/,
    title: 'No login API here',
    meaning: 'this address has no such API',
    advice: 'Check platform-address: the bare address of the web console of a platform with a JSON login API.',
  },
  {
    id: 'wrong-password',
    stages: ['login'],
    pattern: /^(4\d\d|500)|access_denied|password|credential|authenticat/i,
    title: 'Login refused',
    meaning: 'most likely a wrong user name or password, or an account of another connector',
    advice: `Check username, password and connector (LDAP accounts need the id of theirs). ${ONE_TRY}`,
  },
  {
    id: 'invalid-client',
    stages: ['token'],
    pattern: /invalid_client|client credentials/i,
    title: 'Client secret refused',
    meaning: 'the client id and client secret do not belong together',
    advice:
      'Read the secret again (on Alauda: key client-secret of the Secret cpaas-oidc-secret in cpaas-system). kubectl -o yaml shows it in base64: decode it, and leave no line break behind.',
  },
  {
    id: 'redirect-uri-differs',
    stages: ['token'],
    pattern: /redirect_uri/i,
    title: 'Redirect URI changed',
    meaning: 'the redirect URI is not the one with which the login began',
    advice: 'Something between here and Dex rewrites addresses: use the configured platform address.',
  },
  {
    id: 'invalid-grant',
    stages: ['token'],
    pattern: /invalid_grant|server_error/i,
    title: 'Code refused',
    meaning: 'the authorization code is used up or stale, or belongs to another client',
    advice:
      'Run it again from the start. If it happens each time, check client-id, and whether several Dex replicas share one storage.',
  },
  {
    id: 'grant-type',
    stages: ['token'],
    pattern: /unsupported_grant_type|unauthorized_client/i,
    title: 'Grant not allowed',
    meaning: 'the client may not use the authorization code grant',
    advice: 'Use the client of the MLflow proxy, or have the grant allowed for this one.',
  },
  {
    id: 'clock',
    stages: ['token'],
    pattern: /clock|"exp"|"iat"|"nbf"/i,
    title: 'Clocks differ',
    meaning: "the token's times do not fit this machine's clock",
    advice: "Set this machine's clock (NTP).",
  },
  {
    id: 'token-claims',
    stages: ['token'],
    pattern: /"iss"|"aud"|id_token|ID Token|JWT|OAUTH_/i,
    title: 'Token not as expected',
    meaning: 'the id token is not one for this client from this issuer',
    advice: 'Check platform-address and client-id, and that the scopes contain openid.',
  },
  {
    id: 'password-too-long',
    stages: ['password'],
    pattern: /bytes/,
    title: 'Password too long',
    meaning: 'RSA with this key cannot hold more',
    advice: 'Use a shorter password for this account.',
  },
  {
    id: 'bad-key',
    stages: ['pubkey'],
    pattern: /key/i,
    title: 'Public key not understood',
    meaning: 'the key is neither SPKI nor PKCS#1, as PEM or as bare base64',
    advice: 'Check that nothing in between changes the answer, and report the form of the key.',
  },
  {
    id: 'state',
    stages: ['login', 'token'],
    pattern: /state/,
    title: 'Answer to another login',
    meaning: 'the state that came back is not the one that was sent',
    advice: 'Do not use this answer. Something in between mixes up logins, or forges them.',
  },
  {
    id: 'redirected',
    stages: ['authorize', 'pubkey', 'login', 'token'],
    pattern: /^3\d\d/,
    title: 'Redirected',
    meaning: 'the API sent us elsewhere, and nothing that carries a login is sent after a redirect',
    advice: 'Use the address to which it points in platform-address, if it is the right one.',
  },

  // oauth2-proxy and MLflow
  {
    id: 'no-login-needed',
    stages: ['proxy'],
    pattern: /answers without any login/,
    title: 'No login in front of MLflow',
    meaning: 'there is no oauth2-proxy at this address, or it lets this machine in without a login',
    advice:
      'No credential is needed here, and none can be had. If this is not meant to be so, tell the administrator: anyone who reaches the address can use this MLflow.',
  },
  {
    id: 'audience',
    stages: ['proxy'],
    pattern: /for client|from issuer/,
    title: 'Token for another client',
    meaning: 'oauth2-proxy takes only tokens for its own client, from its own issuer',
    advice:
      'Set client-id and client-secret to the client of the MLflow proxy, and platform-address to the address that is the issuer there.',
  },
  {
    id: 'token-expired',
    stages: ['proxy'],
    pattern: /expired/,
    title: 'Token expired',
    meaning: 'the token has run out',
    advice: "Log in again, and compare the server's clock with this machine's.",
  },
  {
    id: 'cookie-rejected',
    stages: ['proxy'],
    pattern: /session cookie rejected/,
    title: 'oauth2-proxy rejects its own cookie',
    meaning: 'oauth2-proxy does not accept the session cookie that it has just made',
    advice:
      'Several replicas with different cookie secrets are likely, or clocks that differ: that is for the administrator of the MLflow proxy.',
  },
  {
    id: 'bearer-off',
    stages: ['proxy'],
    pattern: /^(401|403 Forbidden|30\d|403 sign-in page)/,
    title: 'oauth2-proxy rejects the token',
    meaning: 'oauth2-proxy does not accept this token, most likely no token at all',
    advice:
      'Have an administrator set --skip-jwt-bearer-tokens=true on the MLflow proxy of the workload cluster (skipJwtBearerTokens: true; on by default from MLflow Operator 3.13).',
  },
  {
    id: 'proxy-redirected',
    stages: ['proxy'],
    pattern: /^3\d\d redirect to/,
    title: 'Redirected',
    meaning: 'this address sends us to another host, to which no credential is taken',
    advice: 'If that host is the right one, use it in tracking-uri or platform-address.',
  },
  {
    id: 'proxy-forbids',
    stages: ['proxy'],
    pattern: /^403/,
    title: 'oauth2-proxy refuses the account',
    meaning: 'the account is not among the e-mail domains or groups that oauth2-proxy lets in',
    advice: 'Ask the administrator of the MLflow proxy to let this account in.',
  },
  {
    id: 'not-the-proxy',
    stages: ['proxy'],
    pattern: /(?:)/,
    title: 'No MLflow proxy here',
    meaning: 'there is no oauth2-proxy at this address',
    advice:
      'Check cluster (the tracking URI is {platform}/clusters/{cluster}/mlflow), that the MLflow plugin is installed there, or tracking-uri.',
  },
  {
    id: 'callback-csrf',
    stages: ['callback'],
    pattern: /CSRF/i,
    title: 'oauth2-proxy lost the login',
    meaning: 'oauth2-proxy does not find the csrf cookie of this login',
    advice:
      'Run it again. If it happens each time: several replicas with different cookie secrets, or more than 15 minutes between start and end, or clocks that differ.',
  },
  {
    id: 'callback-provider',
    stages: ['callback'],
    pattern: /identity provider returned an error/i,
    title: 'Dex refused the login of oauth2-proxy',
    meaning: 'Dex sent oauth2-proxy an error in place of a code',
    advice:
      'Give these lines to the administrator of the MLflow proxy: its client, scopes and redirect URL must fit the client in Dex.',
  },
  {
    id: 'callback-forbidden',
    stages: ['callback'],
    pattern: /^403|permission/i,
    title: 'oauth2-proxy refuses the account',
    meaning: 'the login worked, and this account is not among the e-mail domains or groups that oauth2-proxy lets in',
    advice: 'Ask the administrator of the MLflow proxy to let this account in.',
  },
  {
    id: 'callback-redeem',
    stages: ['callback'],
    pattern: /^5\d\d/,
    title: 'oauth2-proxy could not finish the login',
    meaning: 'oauth2-proxy could not exchange the code for a token, or not read the token',
    advice:
      'Give the request id to the administrator of the MLflow proxy, whose log tells the cause: often a rotated client secret (restart the proxy), a missing code_challenge_method, or an account without e-mail.',
  },
  {
    id: 'callback-address',
    stages: ['callback'],
    pattern: /another login|^404/,
    title: 'Callback not known to oauth2-proxy',
    meaning: 'oauth2-proxy does not recognise its own callback address',
    advice:
      'Its redirect URL and its proxy prefix, or what the edge strips, do not fit together: that is for the administrator of the MLflow proxy.',
  },
  {
    id: 'callback-cookie',
    stages: ['callback'],
    pattern: /without a session cookie/,
    title: 'No session cookie',
    meaning: 'oauth2-proxy ended the login without a session cookie of that name',
    advice: 'If the proxy uses another name for its cookie, set cookie-name (MLFLOW_AUTH_COOKIE_NAME).',
  },
  {
    id: 'header-too-large',
    stages: ['proxy', 'callback', 'mlflow'],
    pattern: /^431|Invalid HTTP request|(header|cookie).{0,30}too large|too (big|large).{0,20}(header|cookie)/i,
    title: 'Session cookie too large',
    meaning: 'something between here and MLflow does not take headers of this size',
    advice:
      'Use the token method, or an account in fewer groups; an administrator can take groups out of the scope of oauth2-proxy, or keep its sessions in Redis.',
  },
  {
    id: 'workspace-forbidden',
    stages: ['mlflow'],
    pattern: /PERMISSION_DENIED|^403/,
    title: 'No access to the workspace',
    meaning: 'the account has no role in this workspace',
    advice:
      'Ask for access to the namespace (Role and RoleBinding for the API group mlflow.kubeflow.org). A role that was just granted counts after at most 5 minutes.',
  },
  {
    id: 'workspaces-off',
    stages: ['mlflow'],
    pattern: /workspaces are not enabled|FEATURE_DISABLED|^503/,
    title: 'Server without workspaces',
    meaning: 'this MLflow server has no workspaces, and the SDK would refuse to work with one',
    advice:
      'Leave workspace (MLFLOW_WORKSPACE) empty, or have --enable-workspaces set on the server (MLflow 3.10 or later).',
  },
  {
    id: 'workspace-unknown',
    stages: ['mlflow'],
    pattern: /RESOURCE_DOES_NOT_EXIST|^404/,
    title: 'Unknown workspace',
    meaning: 'the server has no such workspace',
    advice: 'Check the spelling of workspace, and that its namespace has the label mlflow-enabled=true.',
  },
  {
    id: 'workspace-missing',
    stages: ['mlflow'],
    pattern: /Workspace context is required|Active workspace/i,
    title: 'No workspace chosen',
    meaning: 'this server has no default workspace',
    advice: 'Set workspace (MLFLOW_WORKSPACE).',
  },
  {
    id: 'mlflow-unauthenticated',
    stages: ['mlflow'],
    pattern: /^401/,
    title: 'MLflow rejects the identity',
    meaning: 'oauth2-proxy let the request pass, MLflow did not take the identity that came with it',
    advice:
      'Have an administrator check that the proxy passes the token on (pass_authorization_header) and that the cluster trusts the issuer.',
  },
  {
    id: 'server-error',
    stages: ['authorize', 'pubkey', 'token', 'mlflow'],
    pattern: /^5\d\d/,
    title: 'Server error',
    meaning: 'the server failed',
    advice: 'Give these lines to the administrator of the platform.',
  },
];
