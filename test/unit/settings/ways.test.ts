// The table of ways: what README promises has a test, and auto takes the first way for which the settings suffice.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { chooseLogin } from '../../../src/settings/choose-login.js';
import type { Found } from '../../../src/settings/sources.js';
import type { Name } from '../../../src/settings/table.js';
import { LINES, WAYS } from '../../../src/settings/ways.js';

const GITHUB = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://github.test/', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' };

/** The way for these settings. */
function chosen(names: Name[], env = {}, cookie = false, login = 'auto'): string {
  const found = new Map<Name, Found>(
    names.map((name) => [name, { value: 'x', from: name.toUpperCase(), explicit: true } as Found]),
  );
  found.set('login', { value: login, from: 'default', explicit: false } as Found);
  const problems: string[] = [];
  const { login: way } = chooseLogin(found, env, cookie, (name, text) => problems.push(`${name} ${text}`));
  return problems.length > 0 ? problems.join() : way;
}

describe('the table of ways to log in', () => {
  for (const { name, test, gives } of LINES)
    it(`${name} is in README, and has a test`, () => {
      assert.ok(readFileSync('README.md', 'utf8').includes(`\n| ${name} |`));
      assert.ok(gives.length > 0);
      assert.ok(existsSync(test), test);
    });

  for (const { login, methods, lines } of WAYS) {
    it(`${login} gives what its lines say`, () =>
      assert.deepEqual(new Set(lines.flatMap(({ gives }) => gives)), new Set(methods)));
    it(`${login} can be set by name`, () => assert.equal(chosen([], {}, false, login.toUpperCase()), login));
  }
});

describe('login: auto', () => {
  const CASES: [names: Name[], env: object, cookie: boolean, way: string][] = [
    [[], {}, false, 'platform'],
    [['username', 'password'], {}, false, 'platform'],
    [['username', 'password'], GITHUB, false, 'platform'],
    [['refresh-token'], GITHUB, false, 'platform'],
    [['platform-address', 'refresh-token'], GITHUB, false, 'platform'],
    [['platform-address', 'tracking-uri', 'refresh-token'], {}, false, 'platform'],
    [['dex-url', 'tracking-uri', 'refresh-token'], {}, false, 'platform'],
    [['tracking-uri', 'refresh-token'], GITHUB, false, 'refresh-token'],
    [['tracking-uri', 'refresh-token'], {}, true, 'platform'],
    [['issuer', 'refresh-token', 'client-secret'], GITHUB, false, 'refresh-token'],
    [['issuer', 'platform-address', 'refresh-token'], {}, false, 'refresh-token'],
    [['issuer', 'refresh-token', 'bearer', 'id-token', 'client-key'], {}, false, 'refresh-token'],
    [['issuer', 'refresh-token', 'username', 'password'], {}, false, 'refresh-token'],
    [['issuer', 'platform-address', 'refresh-token', 'username', 'password'], {}, false, 'platform'],
    [[], GITHUB, false, 'keyless'],
    [[], GITHUB, true, 'platform'],
    [['id-token'], {}, false, 'keyless'],
    [['id-token', 'username', 'password'], {}, false, 'keyless'],
    [['id-token'], {}, true, 'platform'],
    [['bearer'], GITHUB, false, 'bearer'],
    [['bearer', 'id-token'], {}, false, 'bearer'],
    [['bearer'], {}, true, 'platform'],
    [['client-key'], GITHUB, false, 'client-key'],
    [['issuer'], GITHUB, false, 'client-assertion'],
    [['issuer', 'id-token', 'client-secret'], {}, false, 'client-assertion'],
    [['issuer', 'client-secret'], GITHUB, false, 'client-credentials'],
    [['issuer', 'client-secret', 'client-key'], {}, false, 'client-key'],
    [['issuer', 'client-secret', 'username', 'password'], {}, false, 'platform'],
    [['client-secret'], {}, false, 'platform'],
    [['tracking-uri'], {}, false, 'platform'],
    [['tracking-uri'], GITHUB, false, 'client-assertion'],
    [['tracking-uri', 'id-token'], {}, false, 'client-assertion'],
    [['tracking-uri', 'dex-url', 'id-token'], {}, false, 'keyless'],
    [['tracking-uri', 'platform-address'], GITHUB, false, 'keyless'],
    [['tracking-uri', 'client-secret'], {}, false, 'client-credentials'],
    [['tracking-uri', 'client-secret'], GITHUB, false, 'client-credentials'],
    [['tracking-uri', 'client-secret'], {}, true, 'platform'],
    [['tracking-uri', 'client-secret', 'username', 'password'], GITHUB, false, 'platform'],
    [['tracking-uri', 'client-secret', 'dex-url'], {}, false, 'platform'],
    [['issuer', 'client-secret'], {}, true, 'platform'],
  ];
  for (const [names, env, cookie, way] of CASES)
    it(`takes ${way} for ${names.join(', ') || 'no setting'}${env === GITHUB ? ' on GitHub' : ''}${cookie ? ', for a cookie' : ''}`, () =>
      assert.equal(chosen(names, env, cookie), way));

  it('names the ways where the one that is set is unknown', () =>
    assert.match(
      chosen([], {}, false, 'magic'),
      /^login invalid "magic": expected auto, refresh-token, keyless, .*implicit/,
    ));
});
