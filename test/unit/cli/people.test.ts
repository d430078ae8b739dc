// What the command login does without a server: where it stores, whom it takes for a CI job, how it opens a browser, what it shows.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { browserCommand } from '../../../src/cli/open-browser.js';
import { linesOf, qrOf } from '../../../src/cli/prompt.js';
import { storedAt } from '../../../src/cli/stored-login.js';
import { ciVariable } from '../../../src/cli/terminal.js';
import { UsageError } from '../../../src/errors/errors.js';

const CLIENT = { server: 'https://platform.test:8443/dex', clientId: 'mlflow-cli' };

describe('the place of a stored login', () => {
  const PLACES: [platform: NodeJS.Platform, env: Record<string, string>, folder: string | undefined][] = [
    ['linux', { HOME: '/home/ann' }, '/home/ann/.local/state/mlflow-auth'],
    ['linux', { HOME: '/home/ann', XDG_STATE_HOME: '/state' }, '/state/mlflow-auth'],
    ['linux', { HOME: '/home/ann', XDG_STATE_HOME: 'relative' }, '/home/ann/.local/state/mlflow-auth'],
    ['darwin', { HOME: '/Users/ann' }, '/Users/ann/Library/Application Support/mlflow-auth'],
    ['linux', {}, undefined],
    ['linux', { HOME: 'relative' }, undefined],
    ['win32', { HOME: '/home/ann' }, undefined],
  ];
  for (const [platform, env, folder] of PLACES)
    it(`is ${folder ?? 'nowhere'} on ${platform} with ${JSON.stringify(env)}`, {
      skip: process.platform === 'win32',
    }, () => {
      if (folder === undefined) assert.throws(() => storedAt(CLIENT, env, platform), UsageError);
      else assert.equal(storedAt(CLIENT, env, platform).folder, folder);
    });

  const fileFor = (client: typeof CLIENT) =>
    storedAt(client, { HOME: process.cwd(), LOCALAPPDATA: process.cwd() }).path;

  it('differs by client and by server, and stays within its folder', () => {
    const paths = [
      fileFor(CLIENT),
      fileFor({ ...CLIENT, clientId: 'other' }),
      fileFor({ ...CLIENT, clientId: '../../x' }),
      fileFor({ ...CLIENT, server: 'https://platform.test:8443' }),
      fileFor({ ...CLIENT, server: 'https://[::1]:8443/dex' }),
    ];
    assert.equal(new Set(paths).size, paths.length);
    for (const path of paths) assert.match(path, /mlflow-auth[\\/][\w.-]+-[0-9a-f]{16}\.refresh-token$/);
  });
});

describe('a CI job', () => {
  for (const name of ['CI', 'GITHUB_ACTIONS', 'GITLAB_CI', 'JENKINS_URL', 'TF_BUILD'])
    it(`shows itself by ${name}`, () => assert.equal(ciVariable({ [name]: 'x' }), name));
  for (const env of [{}, { CI: '' }, { CI: 'false' }])
    it(`is not ${JSON.stringify(env)}`, () => assert.equal(ciVariable(env), undefined));
});

describe('the browser', () => {
  const address = 'https://platform.test/dex/auth?a=1&calc.exe&b=%22';
  for (const platform of ['linux', 'freebsd', 'darwin', 'win32'] as const)
    it(`gets the address as one argument on ${platform}, from no shell`, () => {
      const [program = '', ...args] = browserCommand(address, platform, 'D:\\Windows');
      assert.equal(args.at(-1), address);
      assert.doesNotMatch(program, /cmd|sh$/);
      if (platform === 'win32') assert.equal(program, 'D:\\Windows\\System32\\rundll32.exe');
    });
});

describe('the QR code', () => {
  const prompt = {
    way: 'device',
    address: 'https://platform.test/dex/device',
    code: 'ABCD-EFGH',
    seconds: 300,
  } as const;

  it('holds the address with the code where there is one, else without', () => {
    const complete = `${prompt.address}?user_code=ABCD-EFGH`;
    assert.equal(qrOf({ ...prompt, complete }), qrOf({ way: 'browser', address: complete }));
    assert.equal(qrOf({ ...prompt, complete: undefined }), qrOf({ way: 'browser', address: prompt.address }));
    assert.notEqual(qrOf({ ...prompt, complete }), qrOf({ ...prompt, complete: undefined }));
  });

  it('is a square of blocks alone', () => {
    const lines = qrOf({ ...prompt, complete: undefined }).split('\n');
    assert.ok(lines.every((line) => line.length === lines[0]?.length && /^[█▀▄ ]+$/.test(line)));
    assert.ok(Math.abs(lines.length * 2 - (lines[0]?.length ?? 0)) <= 1);
  });

  it('comes in addition to the code, and to whose page it is', () => {
    const text = linesOf({ ...prompt, complete: undefined }).join('\n');
    for (const part of ['ABCD-EFGH', prompt.address, '300 s', 'platform.test']) assert.ok(text.includes(part), part);
  });
});
