#!/usr/bin/env node
// The entry: a runner starts it without arguments and gets the action, anyone else gets the command line.

import { runAction } from './action.js';
import { runCli } from './cli.js';

const args = process.argv.slice(2);
if (args.length === 0 && process.env.GITHUB_ACTIONS === 'true') await runAction(process.env);
else process.exitCode = await runCli(args, process.env);
