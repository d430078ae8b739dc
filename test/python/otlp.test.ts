// The headers of `env --otlp`, as OTLP exporters read them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startPlatform } from '../support/fake/platform.js';
import { exportSpan, LANGUAGES } from '../support/otlp.js';
import { goodEnv, runCommand } from '../support/program.js';

const VARIABLE = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-otlp-'));
after(() => rmSync(folder, { recursive: true }));

/** What env prints at a platform of these switches, and what the work there gives. */
async function withEnv<Result>(
  args: string[],
  change: Record<string, string>,
  work: (
    outcome: { variables: Record<string, string>; stderr: string },
    platform: Platform,
  ) => Promise<Result> | Result,
): Promise<Result> {
  const platform = await startPlatform({ chunks: 2 });
  try {
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, platform.ca);
    const env = { ...goodEnv(platform), PLATFORM_CA: ca, ...change };
    const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', ...args], env);
    assert.equal(status, 0, stderr);
    return await work({ variables: JSON.parse(stdout), stderr }, platform);
  } finally {
    await platform.close();
  }
}
type Platform = Awaited<ReturnType<typeof startPlatform>>;

/** As W3C Baggage has it, and exporters for other languages: pairs at commas, the value percent-encoded. */
const readBaggage = (text = '') =>
  Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name = '', value = ''] = /^([\w-]+)=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)$/.exec(pair) ?? [];
      return [name, decodeURIComponent(value)];
    }),
  );

describe('env --otlp', () => {
  for (const method of ['token', 'cookie'])
    for (const workspace of ['team-a', ''])
      it(`gives exporters the ${method}${workspace ? ' and the workspace' : ''}`, async () => {
        const change = { MLFLOW_WORKSPACE: workspace };
        await withEnv(['--otlp', '--method', method], change, async ({ variables }, platform) => {
          const credential =
            method === 'token'
              ? { authorization: `Bearer ${variables.MLFLOW_TRACKING_TOKEN}` }
              : { cookie: variables.MLFLOW_PROXY_COOKIE };
          const expected = {
            ...credential,
            ...(workspace ? { 'x-mlflow-workspace': workspace } : {}),
            accept: 'application/json',
          };
          assert.deepEqual(readBaggage(variables[VARIABLE]), expected);
          for (const language of LANGUAGES) {
            const before = platform.asked.length;
            const { output } = await exportSpan(language, variables);
            assert.equal(platform.asked.length, before + 1, output);
            const { headers } = platform.asked.at(-1)?.request ?? {};
            for (const [name, value] of Object.entries(expected)) assert.equal(headers?.[name], value, name);
            assert.equal(headers?.['x-mlflow-workspace'], workspace || undefined, language);
          }
        });
      });

  it('is not there unless it is wanted', async () => {
    await withEnv([], {}, ({ variables }) => assert.ok(!(VARIABLE in variables)));
  });

  it('masks the encoded cookie on a runner', async () => {
    const output = join(folder, 'GITHUB_OUTPUT');
    writeFileSync(output, '');
    const runner = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: output };
    await withEnv(['--otlp', '--method', 'cookie'], runner, ({ variables, stderr }) => {
      const { cookie = '' } = Object.fromEntries(
        (variables[VARIABLE] ?? '').split(',').map((pair) => pair.split('=', 2)),
      );
      const masks = [...stderr.matchAll(/^::add-mask::(.*)$/gm)].map(([, mask = '']) => mask.replaceAll('%25', '%'));
      for (const part of cookie.split('%3B%20')) {
        const value = part.slice(part.indexOf('%3D') + 3);
        assert.ok(value.length > 100 && masks.includes(value), value);
      }
    });
  });
});
