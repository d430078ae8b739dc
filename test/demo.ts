// The main job with no platform at hand: starts the fake platform, logs in through dist/index.js as a runner would, and shows what a workflow gets.

import packageJson from '../package.json' with { type: 'json' };
import { slugOf } from '../scripts/address.js';
import { startPlatform } from './support/fake/platform.js';
import { goodEnv, goodInputs, runAction, runCommand } from './support/program.js';

const platform = await startPlatform();
const short = (text: string) =>
  text.replace(/(ey[\w-]{12})[\w.-]{20,}/g, '$1…').replace(/(<<|^)ghadelimiter_[\w-]+/gm, '$1EOF');

console.log(`A local platform runs at ${platform.address}: login API, Dex, oauth2-proxy and MLflow in one fake.\n`);
console.log(`As a step of a workflow:\n\n  - uses: ${slugOf(packageJson.repository.url)}@v1\n    with:`);
for (const [name, value] of Object.entries(goodInputs(platform))) {
  const secret = ['password', 'client-secret'].includes(name)
    ? '${{ secrets.… }}'
    : value.startsWith('-----')
      ? '(a PEM certificate)'
      : value;
  console.log(`      ${name}: ${secret}`);
}
const action = await runAction(goodInputs(platform));
console.log(`\nThe log of the step, with the masks that the runner keeps to itself left out:\n`);
console.log(action.stdout.replace(/^::add-mask::.*\n/gm, '').replace(/^/gm, '  '));
console.log('Variables of all later steps, in which the stock MLflow SDK needs no login code:\n');
console.log(short(action.files.GITHUB_ENV ?? '').replace(/^/gm, '  '));
console.log('Outputs:\n');
console.log(short(action.files.GITHUB_OUTPUT ?? '').replace(/^/gm, '  '));

const command = await runCommand(['token'], goodEnv(platform));
console.log('The same on the command line:\n\n  $ node dist/index.js token');
console.log(`${command.stderr}${short(command.stdout)}`.replace(/^/gm, '  '));
console.log('\nAnd what a workspace without access looks like:\n');
const forbidden = await runCommand(['token', '--workspace', 'team-b'], goodEnv(platform));
console.log(forbidden.stderr.replace(/^/gm, '  '));
await platform.close();
if (action.status !== 0 || command.status !== 0 || forbidden.status !== 1)
  throw new Error('the demo did not go as it should');
