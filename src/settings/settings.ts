// The settings of one run, checked: all that is wrong is said in one message, before any request.

import { UsageError } from '../errors/errors.js';
import { canRenew, certificate, chooseMethod, trackingUri } from './resolve.js';
import { type Found, gather, howToGive, type Sources } from './sources.js';
import { type Name, ROWS } from './table.js';
import * as check from './validate.js';

/** Checked settings, all that the rest of the program knows of them. */
export interface Settings {
  /** Origin of the platform, without a trailing slash. */
  platform: string;
  /** MLflow's address without a trailing slash; '' when neither it nor a cluster was given. */
  trackingUri: string;
  workspace: string | undefined;
  username: string;
  password: string;
  clientId: string;
  clientSecret: string;
  /** A refresh token to begin with, or ''. */
  refreshToken: string;
  /** The credential is to be renewed while the job runs. */
  renew: boolean;
  method: 'token' | 'cookie';
  /** Why that method, for the log. */
  methodReason: string;
  /** Nobody asked for the method, so the other one may be tried when oauth2-proxy rejects this one's credential. */
  allowFallback: boolean;
  connector: string;
  scopes: string;
  redirectUri: string;
  /** Name of the session cookie, if it was given. */
  cookieName: string | undefined;
  /** Folder for the SDK, if it was given. */
  dir: string | undefined;
  /** The private CA as PEM text, and its file where it came from one. */
  ca: { pem: string; path: string | undefined } | undefined;
  insecureTls: boolean;
  allowBase64Password: boolean;
  verify: boolean;
  /** Seconds for the whole login. */
  timeout: number;
  exportEnv: boolean;
  maskWorkspace: boolean;
}

/** What a command needs beside the login itself. */
export interface Needs {
  /** The tracking URI is handed out, so there must be one even when nothing is verified. */
  trackingUri: boolean;
  /** The CA is handed on as a path, so that it must be one where there is no folder to write it to. */
  caPath: boolean;
  /** False for what can be found out without logging in. */
  login?: boolean;
  /** Whether there is a folder in which the credential can be renewed: always, or if dir is given. */
  folder?: 'always' | 'dir';
  /** The command renews whatever the setting says. */
  renew?: boolean;
  /** The one method that the command can use. */
  method?: Settings['method'];
}

/**
 * Reads and checks all settings.
 * @param mask told of each secret, before anything else is done with it
 * @param note told of what is odd but allowed
 * @throws UsageError that lists everything that is missing, malformed or contradictory
 */
export function readSettings(
  sources: Sources,
  needs: Needs,
  mask: (secret: string) => void,
  note: (text: string) => void,
): Settings {
  const problems: string[] = [];
  let found = new Map<Name, Found>();
  const problem = (name: Name, text: string) => {
    const from = found.get(name)?.from;
    problems.push(`${name}: ${text}${from && from !== 'default' && !text.includes(from) ? ` Given by ${from}.` : ''}`);
  };
  found = gather(sources, problem);
  for (const row of ROWS) if (row.secret && found.has(row.name)) mask(found.get(row.name)?.value ?? '');
  for (const row of ROWS) check.expansion(row, found.get(row.name), problem, note);

  const text = (name: Name) => found.get(name)?.value ?? '';
  const flag = (name: Name) => check.boolean(name, text(name), problem);
  const required = (name: Name, always = needs.login !== false) => {
    const row = ROWS.find((one) => one.name === name);
    const tried = problems.some((line) => line.startsWith(`${name}:`));
    if (always && !found.has(name) && row && !tried) problem(name, `missing. Give ${howToGive(row, sources.caller)}.`);
    return text(name);
  };

  const allowHttp = flag('allow-http');
  const address = required('platform-address', true);
  const platform = address && check.platformAddress(address, allowHttp, problem);
  const { method, methodReason, allowFallback } = chooseMethod(found, needs.method, problem);
  const verify = flag('verify');
  const renew = needs.renew === true || (flag('renew') && canRenew(found, needs, note));
  const password = needs.login !== false && !(method === 'token' && found.has('refresh-token'));
  const scopes = check.scopes(text('scopes'), problem);
  const settings: Settings = {
    platform,
    trackingUri: trackingUri(found, platform, allowHttp, problem),
    workspace: check.workspace(text('workspace'), problem),
    username: check.plain('username', required('username', password), problem),
    password: required('password', password),
    clientId: check.plain('client-id', method === 'token' ? required('client-id') : text('client-id'), problem),
    clientSecret: method === 'token' ? required('client-secret') : text('client-secret'),
    refreshToken: text('refresh-token'),
    renew,
    method,
    methodReason,
    allowFallback,
    connector: check.plain('connector', text('connector'), problem),
    // Each login with offline_access ends the account's refresh token of before, so only what renews asks for one.
    scopes: renew ? check.withOfflineAccess(scopes) : scopes,
    redirectUri: check.redirectUri(text('redirect-uri') || `${platform}/oauth2/callback`, problem),
    cookieName: check.cookieName(text('cookie-name'), problem),
    dir: text('dir') || undefined,
    ca: certificate(text('ca-cert'), sources, problem),
    insecureTls: flag('insecure-tls'),
    allowBase64Password: flag('allow-base64-password'),
    verify,
    timeout: check.seconds('timeout', text('timeout'), problem),
    exportEnv: flag('export-env'),
    maskWorkspace: flag('mask-workspace'),
  };
  if (settings.ca && settings.insecureTls) {
    const from = `${found.get('ca-cert')?.from} and ${found.get('insecure-tls')?.from}`;
    problem('ca-cert', `contradicts insecure-tls (${from}). Give one of them.`);
  }
  if (needs.caPath && !settings.dir && settings.ca && settings.ca.path === undefined) {
    problem('ca-cert', 'was given as text, and the SDK needs a file. Give the path of a PEM file, or dir.');
  }
  const located = found.has('cluster') || found.has('tracking-uri');
  const always = needs.trackingUri || (method === 'cookie' && needs.login !== false);
  if (!located && (always || (verify && needs.login !== false))) {
    const why = always ? '' : ', or set verify to false';
    problem('cluster', `missing, and tracking-uri too. Give one of them${why}: CLUSTER, MLFLOW_TRACKING_URI.`);
  }
  if (problems.length > 0) throw new UsageError(listOf(problems, sources));
  if (settings.password !== settings.password.trim())
    note('the password begins or ends with blanks; they are sent as they are');
  return Object.freeze(settings);
}

function listOf(problems: string[], { caller, env }: Sources): string {
  const title = problems.length === 1 ? 'One setting needs attention:' : `${problems.length} settings need attention:`;
  const outside = env.GITHUB_ACTOR === 'dependabot[bot]' || env.GITHUB_EVENT_NAME?.startsWith('pull_request');
  const secrets = caller === 'action' && problems.some((line) => line.includes('missing'));
  const hint =
    secrets && outside ? '\nWorkflows of forks and of Dependabot are not given the secrets of the repository.' : '';
  return `${title}\n${problems.map((line) => `  ${line}`).join('\n')}${hint}`;
}
