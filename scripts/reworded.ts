// Makes a copy of the bundle in which each sentence about a failure is replaced by a name: no behaviour may hang on one.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYMPTOMS } from '../src/errors/symptoms/all.js';

/** What is said of requests and of answers: the rest of "Tried" and "Got". */
const PHRASES = [
  'begin the login',
  'request the public key',
  'encrypt the password',
  'list the connectors',
  'redeem the code',
  'refresh the token',
  'request the discovery document of ',
  'send the code to oauth2-proxy',
  'request the identity from oauth2-proxy',
  'inspect the login of oauth2-proxy',
  'read the code from the login response',
  'request MLflow without a login',
  'request the server info',
  'open the workspace ',
  'log in as ',
  ' at the connector ',
  'an empty response',
  'JSON without a reason',
  'no JSON object',
  'HTML page',
  'redirect to ',
  'an invalid address',
  'no response within ',
  'the time limit of ',
  ' s for the login expired',
  ' through the HTTP proxy ',
];

/** @returns the path of the copy @throws Error where a sentence is not in the bundle as it stands in the source */
export function rewordedBundle(bundle: string): string {
  const source = readFileSync(bundle, 'utf8');
  const present = (text: string) => forms(text).some((form) => source.includes(form));
  // Rows that share a sentence put it together.
  const parts = (text: string) => (present(text) ? [text] : text.split(/(?<=\.) /));
  const sentences = SYMPTOMS.flatMap(({ id, title, meaning, advice, found }): [string, string][] => [
    ...[title, meaning, advice].flatMap(parts).map((text): [string, string] => [text, id]),
    ...(found ? [[found, [id, ...(found.match(/\{\w+\}/g) ?? [])].join(' ')] as [string, string]] : []),
  ]);
  const phrases = PHRASES.map((text, index): [string, string] => [text, ` phrase-${index} `]);
  // A long one may hold a shorter one.
  const all = [...sentences, ...phrases].sort(([a], [b]) => b.length - a.length);
  const missing = all.filter(([text]) => !present(text));
  if (missing.length > 0) throw new Error(`not in the bundle: ${missing.map(([text]) => text).join(' | ')}`);
  const reworded = all.reduce((text, [from, to]) => {
    return forms(from).reduce((rest, form) => rest.replaceAll(form, () => (/\W/.test(from) ? to : `"${to}"`)), text);
  }, source);
  const path = join(mkdtempSync(join(tmpdir(), 'mlflow-auth-reworded-')), 'index.js');
  writeFileSync(path, reworded);
  return path;
}

/** A text as it may stand in quotes of each kind; a single word with them, since it may be a part of a name. */
function forms(text: string): string[] {
  const quotes = ['"', "'", '`'];
  const escaped = quotes.map((quote) => [quote, text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)]);
  return escaped.map(([quote, form]) => (/\W/.test(text) ? (form ?? '') : `${quote}${form}${quote}`));
}
