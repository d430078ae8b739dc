// From the fields of a failure to what it means and what to do: looks it up in the table of symptoms.

import type { AnswerFacts, Broken, Failure, Refusal, RequestName } from './failure.js';
import { SYMPTOMS, type SymptomId } from './symptoms/all.js';
import type { Layer, Symptom } from './symptoms/symptom.js';

type Row = Symptom<SymptomId>;

/** The row for a failure: the one that it names, or else the first that fits its fields. */
export function explain(failure: Failure): Row {
  const { request } = failure;
  if ('diagnosis' in failure) return rowOf(failure.diagnosis.id) ?? unknownAt(request);
  if ('broken' in failure) return explainBroken(failure.broken);
  return (
    SYMPTOMS.find((row) => (row.at ?? [request]).includes(request) && fits(row, failure.answer)) ?? unknownAt(request)
  );
}

/** The row for a connection that did not hold. */
export function explainBroken({ text, limit, refusal }: Omit<Broken, 'proxy'>): Row {
  const id = refusal ? refusedBy(refusal) : limit && 'timeout';
  const known = id ? rowOf(id) : SYMPTOMS.find(({ broken }) => broken?.test(text.slice(0, TELLING)));
  return known ?? rowOf('unreachable') ?? unknownAt('network');
}

/** What an HTTP proxy wants that opened no tunnel. */
function refusedBy({ status, schemes }: Refusal): SymptomId {
  if (status !== 407) return 'proxy-refused';
  const basic = schemes.some((scheme) => scheme.toLowerCase() === 'basic');
  return schemes.length > 0 && !basic ? 'proxy-login-unsupported' : 'proxy-login';
}

/** Characters in which a meaning is looked for: patterns take their time with longer ones. */
const TELLING = 1000;

function fits({ status, wordless, body, words, redirect, challenge, sent, letIn }: Row, answer: AnswerFacts): boolean {
  if (!(status || body || words || redirect)) return false;
  const { code, message, redirect: target } = answer;
  const said = [code, message, target?.error].filter(Boolean).join(': ').slice(0, TELLING);
  return (
    (!status || status.test(String(answer.status))) &&
    (!body || body.includes(answer.kind)) &&
    (!words || words.test(said) || (wordless?.test(String(answer.status)) ?? false)) &&
    (!redirect || (target !== undefined && (redirect === 'any' || target.login))) &&
    (!challenge || (answer.challenges?.includes(challenge) ?? false)) &&
    (!sent || sent === answer.sent) &&
    (letIn === undefined || letIn === (answer.letIn ?? false))
  );
}

const rowOf = (id: string): Row | undefined => SYMPTOMS.find((row) => row.id === id);

const MARK = /\[mlflow-auth: ([a-z0-9-]+)\]/g;

/** The mark by which a message of this program is recognised. */
export const markOf = (id: SymptomId): string => `[mlflow-auth: ${id}]`;

/** The row for an error text of this program, by the last mark in it, or of the SDK, of curl or of a server. */
export function explainMessage(text: string): Row | undefined {
  const id = [...text.matchAll(MARK)].at(-1)?.[1] ?? '';
  return rowOf(id) ?? SYMPTOMS.find(({ message }) => message?.test(text));
}

/** Who answers at a request. */
const LAYERS: Record<RequestName, Layer> = {
  network: 'network',
  authorize: 'login API',
  pubkey: 'login API',
  password: 'account',
  connectors: 'login API',
  login: 'login API',
  page: 'Dex',
  form: 'Dex',
  ci: 'CI',
  discovery: 'Dex',
  exchange: 'Dex',
  issuer: 'OpenID provider',
  grant: 'OpenID provider',
  'provider-refresh': 'OpenID provider',
  'provider-password': 'OpenID provider',
  'provider-exchange': 'OpenID provider',
  'password-grant': 'Dex',
  device: 'Dex',
  poll: 'Dex',
  browser: 'Dex',
  revoke: 'Dex',
  'person-device': 'OpenID provider',
  'person-token': 'OpenID provider',
  'person-browser': 'OpenID provider',
  'person-revoke': 'OpenID provider',
  token: 'Dex',
  refresh: 'Dex',
  proxy: 'oauth2-proxy',
  callback: 'oauth2-proxy',
  mlflow: 'MLflow',
};

function unknownAt(request: RequestName): Row {
  const layer = LAYERS[request];
  return {
    id: 'unknown',
    layer,
    title: 'Unexpected response',
    meaning: `${NAMES[layer] ?? layer}, or a server in front of it, responded; the cause is unknown`,
    advice: 'Check the settings; if they are correct, send these lines to the administrator of that server.',
  };
}

/** Layers that take an article. */
const NAMES: Partial<Record<Layer, string>> = {
  'login API': 'the login API',
  network: 'the network',
  CI: 'the CI system',
  'OpenID provider': 'the OpenID provider',
};
