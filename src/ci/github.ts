// The one file that speaks to the runner: masks, log groups, outputs, variables of later steps, summary, annotations.

import { existsSync } from 'node:fs';
import * as core from '@actions/core';
import type { Credential } from '../login/credential.js';
import type { Variable } from '../sdk/variables.js';
import type { Settings } from '../settings/types.js';
import { printable } from '../util/text.js';

/** Tells the runner to mask a value in all that is printed from now on. */
export const mask = (value: string): void => core.setSecret(value);

/** The same as a line of text, for commands whose standard output belongs to the user. */
export function maskLine(value: string): string {
  return `::add-mask::${value.replace(/[%\r\n]/g, (sign) => encodeURIComponent(sign))}\n`;
}

/** Writes one line to the log. */
export const say = (line: string): void => core.info(printable(line));

/** Puts the lines that the work says into a group of the log. */
export const group = <T>(title: string, work: () => Promise<T>): Promise<T> => core.group(title, work);

/** A failure in words, without secrets. */
export interface Report {
  title: string;
  message: string;
  /** Label and text of each row of the summary. */
  rows: [label: string, text: string][];
}

/** An annotation and a summary, and the step fails. */
export async function fail({ title, message, rows }: Report): Promise<void> {
  core.error(message, { title: `mlflow-auth: ${title}` });
  process.exitCode = core.ExitCode.Failure;
  await summarize(`MLflow login failed: ${title}`, rows);
}

/** Leaves a value for the last step, where the runner has a place for it. */
export function saveState(name: string, value: string): void {
  if (process.env.GITHUB_STATE) core.saveState(name, value);
}

/** A warning as an annotation. */
export const warn = (message: string): void => core.warning(message, { title: 'mlflow-auth' });

/** Hands the next refresh token back. It is masked by now. */
export const handBack = (refreshToken: string): void => core.setOutput('refresh-token', refreshToken);

/** What the action hands over. */
export interface HandOver {
  credential: Credential;
  settings: Settings;
  variables: readonly Variable[];
}

/** Sets outputs and, unless turned off, the variables of later steps, and writes the job summary. All secrets are masked by now. */
export async function publish({ credential, settings, variables }: HandOver): Promise<void> {
  const outputs = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  const facts = {
    method: credential.method,
    identity: credential.identity,
    // With renew, the renewals spend it.
    'refresh-token':
      credential.method === 'token' && settings.refreshToken && !settings.renew ? (credential.refreshToken ?? '') : '',
    'expires-at': credential.expiresAt?.toISOString() ?? '',
  };
  for (const [name, value] of Object.entries({ ...outputs, ...facts })) if (value) core.setOutput(name, value);
  if (settings.exportEnv) for (const { name, value } of variables) core.exportVariable(name, value);
  await summarize('MLflow login', [
    ['Logged in as', credential.identity],
    ['Workspace', settings.workspace ?? "the server's default"],
    ['MLflow', settings.trackingUri],
    ['Method', credential.method],
    ['Valid until', credential.expiresAt?.toISOString() ?? 'not known'],
    ['Verified', settings.verify ? 'yes' : 'no, as asked for'],
  ]);
}

/** Some runners have no summaries, and none must make a step fail. A line end within the table could end it. */
async function summarize(heading: string, rows: [label: string, text: string][]): Promise<void> {
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (!path || !existsSync(path)) return;
  const cells = rows.map(([label, text]) => [
    { data: label, header: true },
    escapeHtml(text).replace(/\r\n?|\n/g, '<br>'),
  ]);
  try {
    await core.summary.addHeading(heading, 3).addTable(cells).write();
  } catch (error) {
    core.info(`The summary could not be written: ${printable(String(error))}`);
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
