// A server that sends secrets back, in any encoding and anywhere in its answers: no part of them is in any output.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Asked, type FakePlatform, type StartOptions, startPlatform } from '../support/fake/platform.js';
import { type Canned, type Endpoint, USUAL } from '../support/fake/switches.js';
import { BUNDLE, goodEnv, goodInputs, type Outcome, runAction, runCommand, runProgram } from '../support/program.js';
import { ENCODERS, ownPart, runOf } from '../support/property/encoders.js';
import { sampled } from '../support/sample.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-secrets-'));
after(() => rmSync(folder, { recursive: true }));

/** What the program sends of secrets in a request. */
function sentIn({ headers, body }: Asked): string[] {
  const form = new URLSearchParams(body);
  return [headers.authorization?.slice('Bearer '.length), headers.cookie, form.get('code'), form.get('code_verifier')]
    .filter((one): one is string => typeof one === 'string')
    .filter((one) => one.length >= 8);
}

const given = [USUAL.password, USUAL.clientSecret];
const encoded = (secrets: string[], name: string) => secrets.map((one) => ENCODERS[name]?.(one) ?? '');
const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** Where a secret can stand in an answer. */
const PLACES: Record<string, (echo: string) => Canned> = {
  'a message': (echo) => ({ status: 500, body: { reason: 'InternalError', message: `wrong: ${echo}` } }),
  'an OAuth error': (echo) => ({ status: 500, body: { error: echo, error_description: echo } }),
  'plain text': (echo) => ({ status: 500, body: `wrong ${echo}`, headers: { 'content-type': 'text/plain' } }),
  'a page': (echo) => ({ status: 500, body: `<html><title>${echo}</title><p>${echo}</p>`, headers: HTML }),
  'a redirect': (echo) => ({
    status: 302,
    headers: { location: `/${encodeURIComponent(echo)}?error=x&error_description=${encodeURIComponent(echo)}` },
  }),
};

/** All that was printed and written, without the masks, which are told to the runner by their value. */
function shownIn({ stdout, stderr, files = {} }: Partial<Outcome>): string {
  const masks = /^::add-mask::.*$/gm;
  const printed = [stdout, stderr].map((text = '') => text.replace(masks, ''));
  return [...printed, ...Object.values(files)].join('\n');
}

function assertNothingOf(secrets: string[], outcome: Partial<Outcome>): void {
  const forms = Object.keys(ENCODERS).flatMap((name) => encoded(secrets, name).map((form) => ownPart(name, form)));
  const shown = shownIn(outcome);
  assert.equal(runOf(forms, shown), '', shown);
}

const RUNS = [
  async (platform: FakePlatform) => runAction(goodInputs(platform)),
  async (platform: FakePlatform) => runCommand(['token'], goodEnv(platform)),
  async (platform: FakePlatform) => runCommand(['doctor', '--login'], goodEnv(platform)),
];

/** Runs action, token and doctor, each at a platform that answers at one endpoint with what it knows of secrets. */
async function echoAt(endpoint: Endpoint, answer: (secrets: string[]) => Canned, cut = false): Promise<void> {
  for (const run of RUNS) {
    const known = new Set<string>(given);
    const echo: StartOptions['echo'] = (at, request) => {
      for (const one of sentIn(request)) known.add(one);
      return at === endpoint ? answer([...known]) : undefined;
    };
    const platform = await startPlatform({ echo });
    const outcome = await run(platform);
    await platform.close();
    assert.equal(outcome.status, 1, outcome.stdout);
    assertNothingOf([...known], outcome);
    // Where nothing is struck out, nothing was sent back.
    if (!cut) assert.match(shownIn(outcome), /\*\*\*/);
  }
}

describe('a secret that a server sends back', () => {
  for (const [place, answer] of sampled(Object.entries(PLACES))) {
    for (const endpoint of ['token', 'userinfo'] as const) {
      it(`in ${place} of ${endpoint} is in no output, however it is encoded`, () =>
        echoAt(endpoint, (secrets) => {
          const parts = Object.keys(ENCODERS).flatMap((name) => encoded(secrets, name));
          // Line breaks and "<" end what is read; a header holds no other letters.
          const echo = parts.filter((part) => part.length < 400).join(' ; ');
          return answer(place === 'a page' ? echo.replaceAll('<', ' ') : echo);
        }));
    }
  }

  for (const length of sampled([215, 225, 975, 16_350])) {
    it(`is in no output where a text breaks off in it, ${length} characters on`, () =>
      echoAt(
        'userinfo',
        (secrets) => {
          const message = secrets.map((one) => `${'wrong '.repeat(length).slice(0, length)}${one}`).join('');
          return { status: 500, body: { error: 'x', message } };
        },
        true,
      ));
  }

  it('half is in no output, whichever half', () =>
    echoAt('userinfo', (secrets) => {
      const halves = secrets.flatMap((one) => [one.slice(0, one.length / 2), one.slice(one.length / 2)]);
      return { status: 500, body: { error: 'x', message: halves.map((half) => `"${half}..."`).join(' ') } };
    }));

  it('as who is logged in is in no output, summary or log', async () => {
    const email = `x ${USUAL.password} ${ENCODERS.hexadecimal?.(USUAL.clientSecret)}`;
    const echo: StartOptions['echo'] = (at) =>
      at === 'userinfo' ? { status: 200, body: { email, groups: [] } } : undefined;
    const platform = await startPlatform({ claims: { email }, echo });
    const { status, stdout, stderr, files } = await runAction(goodInputs(platform));
    await platform.close();
    assert.equal(status, 0, stdout + stderr);
    const { GITHUB_OUTPUT = '', GITHUB_STEP_SUMMARY = '' } = files;
    const identity = GITHUB_OUTPUT.match(/^identity<<[\s\S]*?\n[\s\S]*?\n/m)?.[0] ?? assert.fail(GITHUB_OUTPUT);
    assertNothingOf(given, { stdout, stderr, files: { identity, GITHUB_STEP_SUMMARY } });
  });

  it('of 4 to 7 characters is in no message, and masked by no runner', async () => {
    const password = 'hun+r2';
    const forms = ['plain', 'URL, lower case', 'JSON', 'hexadecimal', 'base64'].map((name) =>
      ENCODERS[name]?.(password),
    );
    const body = { reason: 'InternalError', message: `your password "${forms.join(', ')}" is wrong` };
    const platform = await startPlatform({ password, canned: { login: { status: 500, body } } });
    const { stdout } = await runAction({ ...goodInputs(platform), password });
    await platform.close();
    assert.match(stdout, /your password "\*\*\*, \*\*\*, \*\*\*, \*\*\*, \*\*\*" is wrong/);
    assert.ok(!stdout.includes(`::add-mask::${password}\n`));
  });
});

describe('a session cookie of more chunks than any session has', () => {
  it('is refused before its chunks become masks', async () => {
    const platform = await startPlatform({ chunks: 101 });
    const { 'client-secret': _, 'client-id': __, ...inputs } = goodInputs(platform);
    const { status, stdout } = await runAction(inputs);
    await platform.close();
    assert.equal(status, 1);
    assert.match(stdout, /a session cookie of 101 chunks, more than 100 \(no session of oauth2-proxy is that large/);
    assert.ok((stdout.match(/^::add-mask::/gm) ?? []).length < 20);
  });
});

describe('the masks of a command within a workflow', () => {
  const start = async () => {
    const platform = await startPlatform();
    const output = join(folder, 'output');
    writeFileSync(output, '');
    return { platform, env: { ...goodEnv(platform), GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: output } };
  };

  it('are in no file to which standard error goes', async () => {
    const { platform, env } = await start();
    const errors = join(folder, 'errors');
    const script = '"$1" "$2" token --method token 2> "$3"';
    const { status, stdout } = await runProgram('/bin/sh', ['-c', script, 'sh', process.execPath, BUNDLE, errors], env);
    await platform.close();
    const text = readFileSync(errors, 'utf8');
    assert.equal(status, 0, text);
    assert.match(stdout, /^ey/);
    assert.doesNotMatch(text, /add-mask/);
    assert.equal(runOf([...given, stdout.trim()], text), '', text);
  });

  it('are written where a runner reads', async () => {
    const { platform, env } = await start();
    const { stdout, stderr } = await runCommand(['token'], env);
    await platform.close();
    assert.ok(stderr.includes(`::add-mask::${stdout}\n`), stderr);
  });
});
