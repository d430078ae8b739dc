// The fault table under Node, as the action: a failure exports nothing, and what survives exports all.

import assert from 'node:assert/strict';
import { markOf } from '../../src/errors/explain.js';
import { SYMPTOMS, type SymptomId } from '../../src/errors/symptoms/all.js';
import { assertNothingHandedOver } from '../support/leaks.js';
import { REWORDED, runAction } from '../support/program.js';
import { CASES } from './fault-table.js';
import { LIMIT } from './run-case.js';
import { faultSuite } from './suite.js';

/** The title that a row has; in a bundle without sentences, the name that stands in its place. */
const titleOf = (end: SymptomId) => {
  const title = SYMPTOMS.find(({ id }) => id === end)?.title ?? 'Unexpected response';
  return REWORDED ? SYMPTOMS.find((row) => row.title === title)?.id : title;
};

faultSuite(CASES, {
  name: `node ${process.version}`,
  preload: true,
  run: (inputs, env) => runAction(inputs, env, LIMIT),
  assertFailed: (outcome, end) => {
    const { status, stdout = '', files = {} } = outcome;
    const annotation = /^::error title=mlflow-auth%3A (.*?)::(.*)$/m.exec(stdout) ?? assert.fail(stdout);
    const title = annotation[1]?.replaceAll('%2C', ',');
    assert.equal(title, titleOf(end), annotation[2]);
    assert.match(annotation[2] ?? '', /^Tried: .*%0AGot: {3}.*%0AFix: {3}[^%]*/);
    assert.ok(annotation[2]?.endsWith(markOf(end)), annotation[2]);
    assert.equal(status, 1);
    const { GITHUB_STEP_SUMMARY: summary = '' } = files;
    assert.ok(summary.startsWith(`<h3>MLflow login failed: ${title}</h3>`), summary);
    return assertNothingHandedOver(outcome);
  },
  assertDone: ({ status, stdout = '', stderr = '', files = {} }) => {
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^Logged in as [^\n]{1,300}$/m);
    assert.match(files.GITHUB_ENV ?? '', /^MLFLOW_TRACKING_URI<</m);
    assert.match(files.GITHUB_OUTPUT ?? '', /^MLFLOW_(TRACKING_TOKEN|PROXY_COOKIE|TRACKING_PASSWORD)<</m);
    return { stdout, stderr };
  },
});
