// The settings: one row each. action.yml, --help and README's tables are generated from these rows.

/** One setting. Its flag is `--name`; as an action's input it is called `name`. */
export interface Row {
  name: string;
  /** Environment variables, the first that is set counts. */
  env: readonly string[];
  default?: string;
  /** Masked, and best not given as a flag. */
  secret?: true;
  /** Has a `-file` form, for Secrets mounted as files: `--password-file`, `MLFLOW_PASSWORD_FILE`. */
  file?: true;
  /** `true` or `false`; as a flag it needs no value. */
  boolean?: true;
  /** Most users leave it alone: README names it in docs/inputs.md only. */
  rare?: true;
  /** Makes sense in the action alone. */
  actionOnly?: true;
  help: string;
}

export const TABLE = [
  {
    name: 'platform-address',
    env: ['PLATFORM_ADDRESS'],
    help: 'URL of the platform, such as https://platform.example.com. Any path is ignored.',
  },
  {
    name: 'dex-url',
    env: ['DEX_URL'],
    rare: true,
    help: 'URL of Dex. Defaults to {platform-address}/dex.',
  },
  {
    name: 'cluster',
    env: ['CLUSTER'],
    help: 'Cluster that runs MLflow. The tracking URI is then {platform-address}/clusters/{cluster}/mlflow.',
  },
  {
    name: 'tracking-uri',
    env: ['MLFLOW_TRACKING_URI'],
    help: 'URL of the MLflow server as seen from the job, through oauth2-proxy. Use it instead of cluster, for example for the in-cluster Service.',
  },
  {
    name: 'workspace',
    env: ['MLFLOW_WORKSPACE'],
    help: 'MLflow workspace (the Kubernetes namespace). Defaults to the default workspace of the server.',
  },
  {
    name: 'username',
    env: ['MLFLOW_USERNAME'],
    file: true,
    help: 'Platform username, or with login basic that of MLflow. Use a dedicated service account.',
  },
  {
    name: 'password',
    env: ['MLFLOW_PASSWORD'],
    secret: true,
    file: true,
    help: 'Password of username. Used verbatim, including whitespace.',
  },
  {
    name: 'client-id',
    env: ['DEX_CLIENT_ID'],
    file: true,
    help: 'OAuth 2.0 client ID, for the token method: that of the MLflow proxy, on Alauda usually alauda-auth, or of a public client, which requires no client-secret. With the cookie method, if it is set, a login for any other client is refused.',
  },
  {
    name: 'client-secret',
    env: ['DEX_CLIENT_SECRET'],
    secret: true,
    file: true,
    help: 'Client secret of client-id. Leave it empty for a public client.',
  },
  {
    name: 'issuer',
    env: ['MLFLOW_AUTH_ISSUER'],
    rare: true,
    help: 'Issuer of an OpenID provider other than Dex, such as https://keycloak.example.com/realms/ml. By default, the one at which the MLflow proxy logs in. Required for a secret, and for the command login, if it is on another host than the tracking URI.',
  },
  {
    name: 'client-key',
    env: ['MLFLOW_AUTH_CLIENT_KEY'],
    secret: true,
    file: true,
    rare: true,
    help: 'Private key of client-id in PEM, for the login client-key (private_key_jwt), and for a client that authenticates with it in another login at an OpenID provider.',
  },
  {
    name: 'client-auth',
    env: ['MLFLOW_AUTH_CLIENT_AUTH'],
    rare: true,
    default: 'auto',
    help: 'How client-secret is sent to an OpenID provider: basic (HTTP header), post (body) or auto: basic if the provider lists it, otherwise post.',
  },
  {
    name: 'assertion-audience',
    env: ['MLFLOW_AUTH_ASSERTION_AUDIENCE'],
    rare: true,
    help: 'Audience of the assertion that client-key signs. Defaults to the token endpoint; Auth0 and Zitadel require the issuer.',
  },
  {
    name: 'bearer',
    env: ['MLFLOW_AUTH_BEARER'],
    secret: true,
    file: true,
    rare: true,
    help: 'Bearer token from elsewhere, such as the command line of a cloud: it is verified and exported unchanged, or exchanged with login token-exchange. bearer-file is read again for each request, or for each renewal.',
  },
  {
    name: 'id-token',
    env: ['MLFLOW_AUTH_ID_TOKEN'],
    secret: true,
    file: true,
    help: 'ID token of the CI job, for a keyless login. id-token-file is read again for each renewal. On GitHub neither is required: with permissions id-token: write, the action requests a token.',
  },
  {
    name: 'id-token-audience',
    env: ['MLFLOW_AUTH_ID_TOKEN_AUDIENCE'],
    rare: true,
    default: 'mlflow',
    help: 'Audience of the ID token that is requested from GitHub. With login client-assertion or token-exchange it defaults to the issuer, with jwt-bearer to the token endpoint.',
  },
  {
    name: 'refresh-token',
    env: ['DEX_REFRESH_TOKEN'],
    secret: true,
    file: true,
    help: 'Refresh token of a previous login, which can be used once. Tried first; falls back to username and password if it is rejected. With issuer set, or with neither platform-address nor dex-url, it is one of that OpenID provider.',
  },
  {
    name: 'renew',
    env: ['MLFLOW_AUTH_RENEW'],
    default: 'false',
    boolean: true,
    help: 'Renew the credential while the job runs. Stores what a renewal requires in dir.',
  },
  {
    name: 'method',
    env: ['MLFLOW_AUTH_METHOD'],
    default: 'auto',
    help: 'Login method: auto, token or cookie. auto uses token for keyless logins, public clients, and if client-secret is set, otherwise cookie.',
  },
  {
    name: 'login',
    env: ['MLFLOW_AUTH_LOGIN'],
    default: 'auto',
    help: 'How to log in. With username and password: platform (JSON login API of the platform), dex (login pages of Dex), password-grant (token endpoint of Dex or of an OpenID provider) or implicit (implicit flow). With the ID token of the CI job: keyless (exchanged at Dex) or id-token (unchanged). At any OpenID provider: client-credentials (client secret), client-key (key), client-assertion or jwt-bearer (ID token of the CI job), token-exchange (bearer or ID token of the CI job, exchanged). With a token from elsewhere: bearer. With a refresh token alone: refresh-token. With username and password of MLflow itself: basic, which auto never chooses. Or auto. With issuer set, or with tracking-uri and neither platform-address nor dex-url, auto uses what suffices at the OpenID provider. Otherwise auto uses keyless if id-token is set, or if no username, password or refresh token is set and GitHub provides ID tokens; otherwise platform, or dex if there is no login API.',
  },
  {
    name: 'connector',
    env: ['DEX_CONNECTOR'],
    default: 'local',
    help: 'ID of the Dex connector of the account: local, or that of an LDAP connector. For a keyless login, the required ID of the connector for ID tokens of the CI system.',
  },
  {
    name: 'audience',
    env: ['DEX_AUDIENCE'],
    rare: true,
    help: 'Client ID of the MLflow proxy, if client-id is another client: the token is then also for this one. Detected automatically for public clients. At an OpenID provider other than Dex, the parameter audience of the request.',
  },
  {
    name: 'resource',
    env: ['MLFLOW_AUTH_RESOURCE'],
    rare: true,
    help: 'Parameter resource of the request for a token (RFC 8707), for OpenID providers that expect it.',
  },
  {
    name: 'scopes',
    env: ['DEX_SCOPES'],
    rare: true,
    default: 'openid email groups',
    help: 'OAuth 2.0 scopes, separated by spaces. At an OpenID provider other than Dex none by default; for the command login, those of openid, email and offline_access that it lists.',
  },
  {
    name: 'redirect-uri',
    env: ['DEX_REDIRECT_URI'],
    rare: true,
    help: 'Redirect URI registered for the client. Defaults to {platform-address}/oauth2/callback, or http://localhost/mlflow-auth for a public client. With the cookie method, the callback URL of the MLflow proxy, required only if it is on a host of its own.',
  },
  {
    name: 'cookie-name',
    env: ['MLFLOW_AUTH_COOKIE_NAME'],
    rare: true,
    help: 'Name of the session cookie of oauth2-proxy, for the cookie method. Detected automatically by default.',
  },
  {
    name: 'dir',
    env: ['MLFLOW_AUTH_DIR'],
    rare: true,
    help: 'Directory for the files of the Python SDK: credential, auth provider, CA bundle. The action creates one below RUNNER_TEMP by default; env writes these files only if dir is set.',
  },
  {
    name: 'ca-cert',
    env: ['PLATFORM_CA'],
    help: 'CA certificate of the platform: PEM text, base64 (of PEM or DER, as in a Kubernetes Secret), or the path of a file. Trusted in addition to the system roots; also passed to the MLflow SDK.',
  },
  {
    name: 'insecure-tls',
    env: ['MLFLOW_TRACKING_INSECURE_TLS'],
    rare: true,
    default: 'false',
    boolean: true,
    help: 'Disable TLS certificate verification, also in the MLflow SDK. For testing only.',
  },
  {
    name: 'allow-http',
    env: ['MLFLOW_AUTH_ALLOW_HTTP'],
    rare: true,
    default: 'false',
    boolean: true,
    help: 'Allow http: URLs other than localhost, such as that of the in-cluster Service. Credentials are then sent unencrypted.',
  },
  {
    name: 'allow-base64-password',
    env: ['MLFLOW_AUTH_ALLOW_BASE64_PASSWORD'],
    rare: true,
    default: 'false',
    boolean: true,
    help: 'For old platforms without a public key: send the password in base64 if RSA is not possible.',
  },
  {
    name: 'verify',
    env: ['MLFLOW_AUTH_VERIFY'],
    default: 'true',
    boolean: true,
    help: 'Verify the credential against oauth2-proxy and the workspace before it is exported.',
  },
  {
    name: 'timeout',
    env: ['MLFLOW_AUTH_TIMEOUT'],
    rare: true,
    default: '60',
    help: 'Overall time limit of the login in seconds, 1 to 3600. Each request may take a quarter of it, but at least 15 s.',
  },
  {
    name: 'proxy',
    env: [],
    default: 'false',
    boolean: true,
    actionOnly: true,
    help: 'Serve MLflow on the runner until the end of the job: later steps get a local address and a token for it, and no credential.',
  },
  {
    name: 'export-env',
    env: [],
    rare: true,
    default: 'true',
    boolean: true,
    actionOnly: true,
    help: 'Export environment variables to later steps of the job. Otherwise only outputs are set.',
  },
  {
    name: 'mask-workspace',
    env: [],
    rare: true,
    default: 'true',
    boolean: true,
    actionOnly: true,
    help: 'Mask the name of the workspace in the log. Disable it for short names, such as ml, which would make the log unreadable.',
  },
] as const satisfies readonly Row[];

/** The name of a setting. */
export type Name = (typeof TABLE)[number]['name'];

/** The names under which a setting can be given: its own, and that of its `-file` form. */
export const namesOf = ({ name, file }: Row): string[] => (file ? [name, `${name}-file`] : [name]);

/** The rows, seen as rows. */
export const ROWS: readonly (Row & { name: Name })[] = TABLE;
