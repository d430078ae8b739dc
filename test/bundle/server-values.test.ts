// Values of servers: whitespace around them is cut off wherever they come from, and a token that no header can carry as it
// is becomes an error that does not quote it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import { goodEnv, goodInputs, runAction, runCommand, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

const AROUND: Record<string, [before: string, after: string]> = {
  'a line break at the end': ['', '\n'],
  'CRLF at the end': ['', '\r\n'],
  'blanks on both sides': [' ', '  '],
  'tabs and line breaks on both sides': ['\n\t', '\t\n\n'],
  'whitespace of Unicode': ['\ufeff', '\u00a0\u2028'],
};
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

async function run(args: string[], options: StartOptions, env: Record<string, string> = {}) {
  const platform = await startPlatform(options);
  const outcome = await runCommand(args, { ...goodEnv(platform), ...env });
  await platform.close();
  return { ...outcome, platform };
}

describe('a value of a server', () => {
  for (const [name, [before, after]] of sampled(Object.entries(AROUND)))
    for (const verify of ['true', 'false'])
      it(`is taken without ${name}${verify === 'false' ? ', with verify: false too' : ''}`, async () => {
        const options = { changesText: (text: string) => before + text + after };
        const env = { MLFLOW_AUTH_VERIFY: verify };
        const token = await run(['token'], options, env);
        assert.equal(token.status, 0, token.stderr);
        assert.match(token.stdout, TOKEN);
        const cookie = await run(['cookie'], options, env);
        assert.equal(cookie.status, 0, cookie.stderr);
        assert.match(cookie.stdout, /^_oauth2_proxy=[!-~]+$/);
        const refresh = await run(['refresh', '--format', 'json'], options, env);
        assert.equal(refresh.status, 0, refresh.stderr);
        const { id_token, refresh_token } = JSON.parse(refresh.stdout);
        assert.match(id_token, TOKEN);
        assert.match(refresh_token, /^refresh-token-\d+$/);
      });

  it('is handed over by the action without whitespace around it', async () => {
    const platform = await startPlatform({ changesText: (text) => `${text}\r\n` });
    const { status, stdout, files } = await runAction(goodInputs(platform));
    await platform.close();
    assert.equal(status, 0, stdout);
    assert.match(files.GITHUB_ENV ?? '', /^MLFLOW_TRACKING_TOKEN<<(.*)\n[\w-]+\.[\w-]+\.[\w-]+\n\1\n/m);
    assert.match(files.GITHUB_OUTPUT ?? '', /^identity<<(.*)\nci@example\.com\n\1\n/m);
  });
});

/** Changes a token somewhere within its third part, or takes parts of it away. */
const within = (text: string) => (token: string) => `${token.slice(0, -5)}${text}${token.slice(-5)}`;
const INVALID: Record<string, (token: string) => string> = {
  'a line break within': within('\n'),
  'CRLF within': within('\r\n'),
  'a blank within': within(' '),
  'a tab within': within('\t'),
  'NUL within': within('\0'),
  'a letter that is not ASCII': within('ä'),
  'a quote within': within('"'),
  'a plus sign, as in base64': within('+'),
  'padding at its end': (token) => `${token}=`,
  'a command of the runner in its lines': within('\n::set-output name=x::y\n'),
  'a blank in its first part': (token) => ` ${token.slice(0, 5)} ${token.slice(5)}`,
  'a line break before its second part': (token) => token.replace('.', '.\n'),
  'two parts': (token) => token.split('.').slice(0, 2).join('.'),
  'an empty third part': (token) => token.replace(/[^.]+$/, ''),
  'four parts': (token) => `${token}.x`,
};

describe('an ID token', () => {
  for (const [name, changesIdToken] of sampled(Object.entries(INVALID)))
    it(`with ${name} is refused, and not quoted`, async () => {
      for (const verify of ['true', 'false']) {
        const { status, stdout, stderr, platform } = await run(
          ['token'],
          { changesIdToken },
          { MLFLOW_AUTH_VERIFY: verify },
        );
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.match(stderr, /Got: {3}an invalid "id_token": expected three base64url parts \(/);
        assert.doesNotMatch(stderr, /ey[\w-]{10}|::set-output/);
        assert.equal(timesAsked(platform, 'GET userinfo'), 0);
      }
    });
});
