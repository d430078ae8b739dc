#!/usr/bin/env node
// The entry: a runner starts it without arguments and gets the action, anyone else gets the command line.
// What is imported by a call is evaluated by it, and so only where it is needed; it is in the same file all the same.

import { keepDebuggerShut } from './util/signals.js';

// Before anything that reads a secret.
keepDebuggerShut();
const args = process.argv.slice(2);

/** Whether a runner starts the action. Hooks that run it in a container may leave out GITHUB_ACTIONS. */
function isAction(env: NodeJS.ProcessEnv): boolean {
  try {
    const started = env['INPUT_PLATFORM-ADDRESS'] !== undefined && env.GITHUB_OUTPUT !== undefined;
    return env.GITHUB_ACTIONS === 'true' || started;
  } catch {
    // Deno without permission to read these: no runner, which would give it.
    return false;
  }
}

/** @returns the exit code */
async function run(): Promise<number> {
  if (args.length === 0 && isAction(process.env)) {
    const { runAction } = await import(/* webpackMode: "eager" */ './action/main.js');
    return runAction(process.env);
  }
  const { runCli } = await import(/* webpackMode: "eager" */ './cli/main.js');
  return runCli(args, process.env);
}

// A process that has nothing left to wait for, and no result, has failed. Waiting at the top level of a module would say
// so too, and costs webpack's runtime for such modules.
process.exitCode = 13;
run().then((code) => {
  process.exitCode = code;
});
