// What the runner is told, read as it reads: files of variables and outputs, masks, annotations, the summary.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import * as github from '../../src/ci/github.js';
import { maskLine } from '../../src/ci/mask-line.js';
import { FORMATS } from '../../src/cli/formats.js';
import { printable } from '../../src/util/text.js';
import { readFileCommand, readLog } from '../support/github-runner.js';
import { value } from '../support/property/arbitraries.js';
import { check, checkBatches } from '../support/property/check.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-fuzz-'));
const before = { ...process.env };
after(() => {
  rmSync(folder, { recursive: true });
  process.env = before;
});

/** Empty files for the runner's commands, and what is in them afterwards. */
async function files(
  work: () => void | Promise<void>,
): Promise<Record<'ENV' | 'OUTPUT' | 'STATE' | 'STEP_SUMMARY', string>> {
  const names = ['ENV', 'OUTPUT', 'STATE', 'STEP_SUMMARY'];
  for (const name of names) {
    process.env[`GITHUB_${name}`] = join(folder, name);
    writeFileSync(join(folder, name), '');
  }
  await work();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])) as never;
}

/** The text that is written to standard output meanwhile; what the test runner itself writes is none. */
async function logOf(work: () => void | Promise<void>): Promise<string> {
  let text = '';
  const { write } = process.stdout;
  process.stdout.write = ((...args: Parameters<typeof write>) => {
    if (typeof args[0] !== 'string') return write.apply(process.stdout, args);
    text += args[0];
    return true;
  }) as typeof write;
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

const named = (values: string[]) => values.map((value, index) => ({ name: `FUZZ_${index}`, value }));
const pairs = (values: string[]) => named(values).map(({ name, value }) => [name, value]);
const filled = value.filter((one) => one !== '');

describe('a file command', () => {
  it('of the format github is read by the runner', () =>
    checkBatches(value, (values) => {
      assert.deepEqual(readFileCommand(FORMATS.github?.(named(values)) ?? ''), pairs(values));
    }));

  it('of the action is read by the runner: outputs, variables, state', () =>
    checkBatches(filled, async (values) => {
      const { ENV, OUTPUT, STATE } = await files(async () => {
        github.setOutputs([...named(values), { name: 'empty', value: '' }]);
        github.handOver([], named(values));
        github.saveState('state', values[0] as string);
      });
      assert.deepEqual(readFileCommand(ENV), pairs(values));
      assert.deepEqual(readFileCommand(OUTPUT), pairs(values));
      assert.deepEqual(readFileCommand(STATE), [['state', values[0]]]);
    }));
});

describe('a line to the runner', () => {
  it('masks the value as it is', () =>
    check(
      fc.asyncProperty(filled, async (one) => {
        const expected = [{ command: 'add-mask', properties: {}, data: one }];
        assert.deepEqual(readLog(maskLine(one)), expected);
        assert.deepEqual(readLog(await logOf(() => github.mask(one))), expected);
      }),
    ));

  it('of the log is one line of text, and an annotation one command', () =>
    check(
      fc.asyncProperty(value, filled, async (message, title) => {
        const said = readLog(await logOf(() => github.info(message)));
        // A line that begins with "::" would be a command: progress never does, as it has a mark in front.
        if (!printable(message).startsWith('::'))
          assert.deepEqual(said, [{ command: '', properties: {}, data: printable(message) }]);
        const warned = readLog(await logOf(() => github.warn(message)));
        assert.deepEqual(warned, [{ command: 'warning', properties: { title: 'mlflow-auth' }, data: message }]);
        const { exitCode } = process;
        delete process.env.GITHUB_STEP_SUMMARY;
        const failed = readLog(await logOf(() => github.fail({ title, message, rows: [] })));
        process.exitCode = exitCode;
        assert.deepEqual(failed, [{ command: 'error', properties: { title: `mlflow-auth: ${title}` }, data: message }]);
      }),
    ));
});

describe('the summary', () => {
  it('is one line of HTML, in which texts are text', () =>
    check(
      fc.asyncProperty(filled, async (message) => {
        const { exitCode } = process;
        const { STEP_SUMMARY: html } = await files(async () => {
          await logOf(() => github.fail({ title: 'title', message, rows: [['What', message]] }));
        });
        process.exitCode = exitCode;
        // A blank line would end the HTML, and what follows would be Markdown.
        assert.equal(html.trimEnd().split(/\r\n|\r|\n/).length, 2);
        const cell = /<th>What<\/th><td>(.*)<\/td><\/tr><\/table>/s.exec(html)?.[1] ?? '';
        assert.doesNotMatch(cell.replaceAll('<br>', ''), /[<>"]|&(?!#\d+;)/);
        const read = cell.replaceAll('<br>', '\n').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
        assert.equal(read, message.replace(/\r\n?/g, '\n'));
      }),
    ));
});
