// Draws docs/images from what the bundle really prints, without what differs from run to run: `npm run pictures`.

import { mkdirSync, writeFileSync } from 'node:fs';
import { startPlatform } from '../test/support/fake/platform.js';
import { goodEnv, goodInputs, runAction, runCommand } from '../test/support/program.js';
import { draw, type Line } from './svg.js';

const TERMINAL = { back: '#0d1117', text: '#c9d1d9', prompt: '#79c0ff', good: '#3fb950', bad: '#f85149' };
const PAGE = { back: '#f6f8fa', text: '#1f2328' };
/** Steps at the same time report in any order. */
const STEPS = ['method', 'public key', 'login begun', 'logged in', 'code exchanged', 'accepted', 'workspace'];
const WRONG = 'not-the-password';

/** The pictures by file name. */
export async function pictures(): Promise<Record<string, string>> {
  const platform = await startPlatform();
  try {
    const usual = (text: string) =>
      text
        .replaceAll(platform.address, 'https://platform.example.com')
        .replace(/ \(\d+ ms\)/g, '')
        .replace(/ey[\w-]+\.ey[\w-]+\.[\w-]+/g, 'eyJhbGciOiJSUzI1NiIsImtpZCI6… (the ID token)')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-12-01T09:00:00.000Z');
    const env = goodEnv(platform);
    const good = await runCommand(['token'], env);
    const bad = await runCommand(['token'], { ...env, MLFLOW_PASSWORD: WRONG });
    const step = await runAction(goodInputs(platform));
    const failed = await runAction({ ...goodInputs(platform), password: WRONG });
    const runs = [good, bad].flatMap(({ stderr, stdout }, index): Line[] => [
      ...(index > 0 ? [{ text: '', colour: TERMINAL.text }] : []),
      { text: `$ mlflow-auth token${index > 0 ? '   # after a change of the password' : ''}`, colour: TERMINAL.prompt },
      ...inOrder(
        usual(stderr + stdout)
          .trim()
          .split('\n'),
      ).map(terminalLine),
    ]);
    const tables = [step, failed].flatMap(({ files }) => tableLines(usual(files.GITHUB_STEP_SUMMARY ?? '')));
    return {
      'demo.svg': draw('A login that works, and one with a wrong password', runs, TERMINAL.back),
      'summary.svg': draw('The summary of a job after a login, and after one that failed', tables, PAGE.back),
    };
  } finally {
    await platform.close();
  }
}

function inOrder(lines: string[]): string[] {
  const place = (line: string) => STEPS.findIndex((name) => line.slice(2).startsWith(name));
  const steps = lines.filter((line) => place(line) >= 0).sort((a, b) => place(a) - place(b));
  return [...steps, ...lines.filter((line) => place(line) < 0)];
}

function terminalLine(text: string): Line {
  if (text.startsWith('✓')) return { text, colour: TERMINAL.good };
  if (/^(✗|Tried:)/.test(text)) return { text, colour: TERMINAL.bad };
  return { text, colour: TERMINAL.text, bold: text.startsWith('Fix:') };
}

/** The heading and the rows of a summary in GitHub's HTML. */
function tableLines(html: string): Line[] {
  const plain = (text: string) =>
    text
      .replace(/<br>/g, ' ')
      .replace(/&(lt|gt|amp|quot|#39);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name as 'lt'] ?? "'");
  const [, heading = ''] = /<h3>(.*?)<\/h3>/.exec(html) ?? [];
  const rows = [...html.matchAll(/<tr><th>(.*?)<\/th><td>(.*?)<\/td><\/tr>/g)];
  return [
    { text: plain(heading), colour: PAGE.text, bold: true },
    ...rows.map(([, label = '', text = '']) => ({
      text: `  ${`${label}:`.padEnd(14)} ${plain(text)}`,
      colour: PAGE.text,
    })),
    { text: '', colour: PAGE.text },
  ];
}

/** Writes them. */
export async function writePictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, svg] of Object.entries(await pictures())) writeFileSync(`${folder}/${name}`, svg);
}
