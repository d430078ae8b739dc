// The one file that speaks to the runner: masks, log groups, outputs, variables of later steps, summary, annotations.

import { existsSync, statSync, truncateSync } from 'node:fs';
import * as core from '@actions/core';
import type { Variable } from '../sdk/variables.js';
import { printable } from '../util/text.js';

/** Tells the runner to mask a value in all that is printed from now on. */
export const mask = (value: string): void => core.setSecret(value);

/** Writes one line to the log. */
export const info = (line: string): void => core.info(printable(line));

/** Puts the lines that the work says into a group of the log. */
export const group = <T>(title: string, work: () => Promise<T>): Promise<T> => core.group(title, work);

/** Label and text of each row of a summary. */
export type Rows = [label: string, text: string][];

/** A failure in words, without secrets. */
export interface Report {
  title: string;
  message: string;
  rows: Rows;
}

/** An annotation and a summary of a failure. */
export async function fail({ title, message, rows }: Report): Promise<void> {
  core.error(message, { title: `mlflow-auth: ${title}` });
  await summarize(`MLflow login failed: ${title}`, rows);
}

/** Leaves a value for the post step. @throws Error where the runner's file cannot be written */
export const saveState = (name: string, value: string): void => core.saveState(name, value);

/** A warning as an annotation. */
export const warn = (message: string): void => core.warning(message, { title: 'mlflow-auth' });

/** Sets those outputs of the step that have a value. */
export function setOutputs(values: readonly Variable[]): void {
  for (const { name, value } of values) if (value) core.setOutput(name, value);
}

/**
 * Sets outputs of the step and variables for the later steps of the job: all of them or none.
 * @throws Error that names the runner's file that cannot be written
 */
export function handOver(outputs: readonly Variable[], variables: readonly Variable[]): void {
  undone('GITHUB_ENV', () => {
    for (const { name, value } of variables) core.exportVariable(name, value);
    undone('GITHUB_OUTPUT', () => setOutputs(outputs));
  });
}

/** Takes back what was written to one of the runner's files, where the work fails. */
function undone(name: string, work: () => void): void {
  const path = process.env[name] ?? '';
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  try {
    work();
  } catch (cause) {
    try {
      if (size !== undefined && statSync(path).size > size) truncateSync(path, size);
    } catch {
      // The failure itself matters more.
    }
    throw cause instanceof HandOverError ? cause : new HandOverError(`${name} (${path}) cannot be written`, { cause });
  }
}

class HandOverError extends Error {}

/**
 * Writes a heading and a table into the summary of the job. Some runners have none, and none must make a step fail. A line
 * end within the table could end it.
 */
export async function summarize(heading: string, rows: Rows): Promise<void> {
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (!path || !existsSync(path)) return;
  const cells = rows.map(([label, text]) => [
    { data: label, header: true },
    escapeHtml(text).replace(/\r\n?|\n/g, '<br>'),
  ]);
  try {
    await core.summary.addHeading(heading, 3).addTable(cells).write();
  } catch (error) {
    core.info(`Cannot write the job summary: ${printable(String(error))}`);
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
