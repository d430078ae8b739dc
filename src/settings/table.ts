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
  /** Makes sense in the action alone. */
  actionOnly?: true;
  help: string;
}

export const TABLE = [
  {
    name: 'platform-address',
    env: ['PLATFORM_ADDRESS'],
    help: 'Address of the platform, such as https://platform.example.com. A path behind it is cut off.',
  },
  {
    name: 'cluster',
    env: ['CLUSTER'],
    help: 'Cluster on which MLflow runs. The tracking URI is then {platform-address}/clusters/{cluster}/mlflow.',
  },
  {
    name: 'tracking-uri',
    env: ['MLFLOW_TRACKING_URI'],
    help: 'Address of the MLflow server as the job reaches it, through oauth2-proxy; in place of cluster, for example the in-cluster Service.',
  },
  {
    name: 'workspace',
    env: ['MLFLOW_WORKSPACE'],
    help: "MLflow workspace (the namespace). Without it the server's default workspace is used.",
  },
  { name: 'username', env: ['MLFLOW_USERNAME'], file: true, help: 'Platform account, best a service account.' },
  {
    name: 'password',
    env: ['MLFLOW_PASSWORD'],
    secret: true,
    file: true,
    help: 'Its password. Taken as it is, blanks included.',
  },
  {
    name: 'client-id',
    env: ['DEX_CLIENT_ID'],
    file: true,
    help: 'OAuth client of the MLflow proxy, for the token method; on Alauda usually alauda-auth. With the cookie method a login for any other client is refused, if it is given.',
  },
  { name: 'client-secret', env: ['DEX_CLIENT_SECRET'], secret: true, file: true, help: 'Secret of that client.' },
  {
    name: 'refresh-token',
    env: ['DEX_REFRESH_TOKEN'],
    secret: true,
    file: true,
    help: 'Refresh token of an earlier login. It is used first, and is then spent; username and password are used only if it is refused.',
  },
  {
    name: 'renew',
    env: ['MLFLOW_AUTH_RENEW'],
    default: 'false',
    boolean: true,
    help: 'Keep what is needed for a new credential in the folder for the SDK, and renew the credential while the job runs.',
  },
  {
    name: 'method',
    env: ['MLFLOW_AUTH_METHOD'],
    default: 'auto',
    help: 'token, cookie, or auto: token when a client secret is given, otherwise cookie.',
  },
  {
    name: 'connector',
    env: ['DEX_CONNECTOR'],
    default: 'local',
    help: 'Dex connector in which the account lives: local, or the id of an LDAP connector.',
  },
  {
    name: 'scopes',
    env: ['DEX_SCOPES'],
    default: 'openid email groups',
    help: 'Scopes of the token, separated by blanks.',
  },
  {
    name: 'redirect-uri',
    env: ['DEX_REDIRECT_URI'],
    help: 'Redirect URI that the client has registered. Default: {platform-address}/oauth2/callback. With the cookie method, the callback of the MLflow proxy, needed only where it is on a host of its own.',
  },
  {
    name: 'cookie-name',
    env: ['MLFLOW_AUTH_COOKIE_NAME'],
    help: 'Name of the session cookie of oauth2-proxy, for the cookie method. By default it is found out.',
  },
  {
    name: 'dir',
    env: ['MLFLOW_AUTH_DIR'],
    help: 'Folder for what the Python SDK reads: the credential, the provider that sends it, the CA. The action makes a new one under RUNNER_TEMP, and env writes one only where this is given.',
  },
  {
    name: 'ca-cert',
    env: ['PLATFORM_CA'],
    help: "CA certificate of the platform, as PEM text, in base64 (of PEM or DER, as in a Kubernetes Secret), or as the path of a file. Trusted beside the system's roots, and handed on to the MLflow SDK.",
  },
  {
    name: 'insecure-tls',
    env: ['MLFLOW_TRACKING_INSECURE_TLS'],
    default: 'false',
    boolean: true,
    help: 'Skip all certificate checks, here and in the MLflow SDK. For a lab only.',
  },
  {
    name: 'allow-http',
    env: ['MLFLOW_AUTH_ALLOW_HTTP'],
    default: 'false',
    boolean: true,
    help: 'Allow http: addresses other than this machine, such as the in-cluster Service. Credentials then travel unencrypted.',
  },
  {
    name: 'allow-base64-password',
    env: ['MLFLOW_AUTH_ALLOW_BASE64_PASSWORD'],
    default: 'false',
    boolean: true,
    help: 'For old platforms without a public key: send the password in base64 where RSA is not possible.',
  },
  {
    name: 'verify',
    env: ['MLFLOW_AUTH_VERIFY'],
    default: 'true',
    boolean: true,
    help: 'Prove at oauth2-proxy and at the workspace that the credential works, before it is handed out.',
  },
  {
    name: 'timeout',
    env: ['MLFLOW_AUTH_TIMEOUT'],
    default: '60',
    help: 'Seconds for the whole login, 1 to 3600. One request may take a quarter of them, and 15 at least.',
  },
  {
    name: 'export-env',
    env: [],
    default: 'true',
    boolean: true,
    actionOnly: true,
    help: 'Set the variables for the later steps of the job. Without it only outputs are set.',
  },
  {
    name: 'mask-workspace',
    env: [],
    default: 'true',
    boolean: true,
    actionOnly: true,
    help: "Mask the workspace's name in the log. Turn it off for names that would garble it, such as ml.",
  },
] as const satisfies readonly Row[];

/** The name of a setting. */
export type Name = (typeof TABLE)[number]['name'];

/** The names under which a setting can be given: its own, and that of its `-file` form. */
export const namesOf = ({ name, file }: Row): string[] => (file ? [name, `${name}-file`] : [name]);

/** The rows, seen as rows. */
export const ROWS: readonly (Row & { name: Name })[] = TABLE;
