// The formats of `env`: what their readers make of quotes, spaces and line breaks.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { FORMATS } from '../../../src/cli/formats.js';

const NASTY = [
  'simple',
  "it's",
  'a "b" c',
  '$HOME `id` $(id)',
  'back\\slash\\',
  '!event',
  '#hash',
  'größer \u{1F511}',
  ' a ',
  'two\nlines',
  'a=b;c|d&e',
];
const variables = NASTY.map((value, index) => ({ name: `VALUE_${index}`, value }));

describe('the format', () => {
  it('shell is read back by a POSIX shell', () => {
    const script = `${FORMATS.shell?.(variables)}\n${variables.map(({ name }) => `printf '%s\\0' "$${name}"`).join('\n')}`;
    assert.deepEqual(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1), NASTY);
  });

  it('json is read back as JSON', () => {
    assert.deepEqual(Object.values(JSON.parse(FORMATS.json?.(variables) ?? '')), NASTY);
  });

  it('dotenv quotes only what needs it, so that docker reads a token and an address too', () => {
    const lines = FORMATS.dotenv?.([
      { name: 'A', value: 'https://platform.test:8443/clusters/c1/mlflow' },
      { name: 'B', value: 'eyJ.eyJ-_.sig' },
      { name: 'C', value: "it's a \\path" },
      { name: 'D', value: '_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b' },
    ]);
    assert.equal(
      lines,
      "A=https://platform.test:8443/clusters/c1/mlflow\nB=eyJ.eyJ-_.sig\nC=it's a \\path\nD=_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b\n",
    );
  });

  it('powershell doubles every kind of single quote', () => {
    assert.equal(FORMATS.powershell?.([{ name: 'A', value: "a'b\u2019c$d" }]), "$env:A = 'a''b\u2019\u2019c$d'\n");
  });

  it('github ends each value with a delimiter that nobody can guess', () => {
    const text = FORMATS.github?.([{ name: 'A', value: 'x\ny' }]) ?? '';
    const [, delimiter] = /^A<<(end-[0-9a-f-]{36})\r?\nx\ny\r?\n\1\n$/.exec(text) ?? [];
    assert.ok(delimiter, text);
    assert.notEqual(FORMATS.github?.([{ name: 'A', value: 'x\ny' }]), text);
  });
});
