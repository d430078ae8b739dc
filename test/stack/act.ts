// Runs a workflow of the stack's by act, on this machine, with Node 24 and the venv's Python on its PATH.

import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { runProgram } from '../support/program.js';
import { CLIENT_SECRET, PASSWORD, type Stack } from './stack.js';

/**
 * @param password that the workflow is given
 * @param variables of the job that come from the CI system
 * @returns the whole log, the exit code, and the credential files that are left on disk
 */
export async function runWorkflow(
  stack: Pick<Stack, 'address' | 'caFile' | 'folder' | 'tools'>,
  workflow: string,
  password = PASSWORD,
  variables: Record<string, string> = {},
): Promise<{ status: number | null; log: string; left: string[] }> {
  const home = mkdtempSync(join(stack.folder, 'home-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(home, name), text);
    return join(home, name);
  };
  const vars = file('vars', `PLATFORM=${stack.address}\nCA=${stack.caFile}\n`);
  const secrets = file('secrets', `PASSWORD=${password}\nCLIENT_SECRET=${CLIENT_SECRET}\n`);
  const path = [stack.tools.nodeFolder, resolve(stack.tools.python, '..'), process.env.PATH].join(delimiter);
  // As a runner gives them to each step.
  const jobs = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const given = ['-W', workflow, '--var-file', vars, '--secret-file', secrets, ...jobs];
  const args = ['workflow_dispatch', '-P', 'ubuntu-latest=-self-hosted', ...given];
  const env = { PATH: path, HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
  const { status, stdout, stderr } = await runProgram(stack.tools.act, args, env);
  const left = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(credential|renewal)\.json$/.test(name),
  );
  return { status, log: stdout + stderr, left };
}
