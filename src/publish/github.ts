// The one file that speaks to the runner: masks, log groups, outputs, variables of later steps, summary, annotations.

import * as core from '@actions/core';
import type { Credential } from '../credential.js';
import type { Settings } from '../settings/settings.js';
import type { Variable } from './variables.js';

/** Tells the runner to mask a value in all that is printed from now on. */
export const mask = (value: string): void => core.setSecret(value);

/** The same as a line of text, for commands whose standard output belongs to the user. */
export function maskLine(value: string): string {
  return `::add-mask::${value.replace(/[%\r\n]/g, (sign) => encodeURIComponent(sign))}\n`;
}

/** Writes one line to the log. */
export const say = (line: string): void => core.info(line);

/** Puts the lines that the work says into a group of the log. */
export const group = <T>(title: string, work: () => Promise<T>): Promise<T> => core.group(title, work);

/** An annotation, and the step fails. */
export function fail(title: string, message: string): void {
  core.error(message, { title: `mlflow-auth: ${title}` });
  process.exitCode = core.ExitCode.Failure;
}

/** A warning as an annotation. */
export const warn = (message: string): void => core.warning(message, { title: 'mlflow-auth' });

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
    'expires-at': credential.expiresAt?.toISOString() ?? '',
  };
  for (const [name, value] of Object.entries({ ...outputs, ...facts })) if (value) core.setOutput(name, value);
  if (settings.exportEnv) for (const { name, value } of variables) core.exportVariable(name, value);
  if (process.env.GITHUB_STEP_SUMMARY) await summarize(credential, settings);
}

async function summarize({ identity, method, expiresAt }: Credential, settings: Settings): Promise<void> {
  const rows = [
    ['Logged in as', identity],
    ['Workspace', settings.workspace ?? "the server's default"],
    ['MLflow', settings.trackingUri],
    ['Method', method],
    ['Valid until', expiresAt?.toISOString() ?? 'not known'],
    ['Verified', settings.verify ? 'yes' : 'no, as asked for'],
  ];
  const cells = rows.map(([label = '', value = '']) => [{ data: label, header: true }, escapeHtml(value)]);
  await core.summary.addHeading('MLflow login', 3).addTable(cells).write();
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
