// The configuration of Dex that doctor prints: YAML with the names that were given, the wall among them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { dexConfig } from '../../../src/doctor/dex-config.js';
import { runCommand } from '../../support/program.js';

const GIVEN = {
  owner: 'my-org',
  platform: 'https://p.example',
  clientId: 'jobs',
  connector: 'github',
  audience: 'proxy',
};

describe('the configuration of Dex for keyless logins', () => {
  it('is YAML with the names that were given', () => {
    const { staticClients, connectors } = parse(dexConfig(GIVEN));
    assert.deepEqual(staticClients, [
      { id: 'proxy', trustedPeers: ['jobs'] },
      { id: 'jobs', name: 'MLflow CI', public: true },
    ]);
    const [{ type, id, config }] = connectors;
    assert.deepEqual([type, id, config.allowedGroups], ['oidc', 'github', ['my-org']]);
    assert.deepEqual(config.claimMapping, { email: 'sub', groups: 'repository_owner' });
    assert.equal(config.redirectURI, 'https://p.example/dex/callback');
  });

  for (const owner of ['', 'a]', 'a\nb: c', '"', '*', '- x', '#'])
    it(`takes no ${JSON.stringify(owner)} for an owner, which YAML would read as something else`, () =>
      assert.throws(() => dexConfig({ ...GIVEN, owner }), /expected names/));

  it('is printed by doctor with what is set, and placeholders for the rest', async () => {
    const args = ['doctor', '--print-dex-config', 'my-org', '--connector', 'gh'];
    const { status, stdout, stderr } = await runCommand(args, { PLATFORM_ADDRESS: 'https://p.example/' });
    assert.deepEqual([status, stderr], [0, '']);
    const config = { ...GIVEN, connector: 'gh', clientId: 'mlflow-ci', audience: 'alauda-auth' };
    assert.equal(stdout, dexConfig(config));
  });
});
