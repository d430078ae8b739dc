// Where the addresses of a discovery document are reached, and that none leads to another server.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthError, hasSymptom } from '../../../../src/errors/errors.js';
import type { Http } from '../../../../src/http/types.js';
import { DEVICE_GRANT, endpointsOfDex, reachedAt } from '../../../../src/login/people/endpoints.js';

const DEX = 'https://platform.test/dex';
const HIDDEN = 'http://dex.auth.svc.cluster.local:5556/dex';

/** HTTP that knows a discovery document alone. */
const serving =
  (document: object): Http =>
  async (address, { what }) => ({
    url: new URL(address),
    status: 200,
    headers: new Headers(),
    body: JSON.stringify(document),
    tried: { what, method: 'GET', address: `${address}` },
  });

const provider = (document: object) => endpointsOfDex(serving(document), DEX);

describe('an address of the provider', () => {
  const REACHED: [address: string, issuer: string, dexUrl: string, at: string | undefined][] = [
    [`${DEX}/device`, DEX, DEX, `${DEX}/device`],
    ['https://platform.test/other/device', DEX, DEX, 'https://platform.test/other/device'],
    [`${HIDDEN}/device?user_code=A-B`, HIDDEN, DEX, `${DEX}/device?user_code=A-B`],
    ['http://hidden.test/device', 'http://hidden.test/', 'https://platform.test', 'https://platform.test/device'],
    ['https://evil.test/dex/device', DEX, DEX, undefined],
    ['https://platform.test.evil.test/dex/device', DEX, DEX, undefined],
    ['http://platform.test/dex/device', DEX, DEX, undefined],
    ['https://platform.test:444/dex/device', DEX, DEX, undefined],
    ['https://user:password@platform.test/dex/device', DEX, DEX, undefined],
    ['http://dex.auth.svc.cluster.local:5556/dexter/device', HIDDEN, DEX, undefined],
    // An issuer of its own choice gains a server nothing: all that is below it is reached below dex-url.
    ['https://evil.test/token', 'https://evil.test', DEX, `${DEX}/token`],
    ['javascript:alert(1)', 'javascript:', DEX, undefined],
    ['/dex/device', DEX, DEX, undefined],
    ['', '', DEX, undefined],
  ];
  for (const [address, issuer, dexUrl, at] of REACHED)
    it(`${address || '(none)'} of ${issuer || '(none)'} is ${at ? `reached at ${at}` : 'refused'}`, () =>
      assert.equal(reachedAt(address, issuer, dexUrl)?.href, at));

  for (const name of ['authorization_endpoint', 'device_authorization_endpoint', 'revocation_endpoint'])
    it(`is refused for ${name} of another host`, () =>
      assert.rejects(provider({ issuer: DEX, [name]: 'https://evil.test/x' }), (error) =>
        hasSymptom(error, 'endpoint-elsewhere'),
      ));

  it('never shows control characters of the server', () =>
    assert.rejects(provider({ issuer: DEX, authorization_endpoint: 'https://evil.test/\x1b]8;;x\x07\n' }), (error) => {
      assert.ok(error instanceof AuthError);
      assert.doesNotMatch(error.message.replaceAll('\n', ''), /\p{Cc}/u);
      return true;
    }));
});

describe('the device flow', () => {
  const device = { issuer: DEX, device_authorization_endpoint: `${DEX}/device/code` };

  it('is offered where the document lists its endpoint, and the grant if it lists grants', async () => {
    assert.equal((await provider(device)).device?.href, `${DEX}/device/code`);
    assert.equal(
      (await provider({ ...device, grant_types_supported: [DEVICE_GRANT] })).device?.href,
      `${DEX}/device/code`,
    );
    assert.equal((await provider({ ...device, grant_types_supported: ['authorization_code'] })).device, undefined);
    assert.equal((await provider({ issuer: DEX })).device, undefined);
  });

  it('is at the usual place where only the grant is listed', async () =>
    assert.equal(
      (await provider({ issuer: DEX, grant_types_supported: [DEVICE_GRANT] })).device?.href,
      `${DEX}/device/code`,
    ));

  it('has its fallback: the authorization endpoint of Dex', async () =>
    assert.equal((await provider({ issuer: DEX })).authorization?.href, `${DEX}/auth`));
});
