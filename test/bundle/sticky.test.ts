// A load balancer in front of the login API, whose sticky cookie must come back with the rest of the login, and nowhere else.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startPlatform } from '../support/fake/platform.js';
import { goodEnv, runCommand } from '../support/program.js';

const LOGIN_API = /^\/dex\//;

describe('a cookie of a load balancer', () => {
  for (const command of ['token', 'cookie'])
    for (const first of ['authorize', 'pubkey', 'both'])
      it(`that comes with ${first} is sent back by ${command} for the rest of the login alone`, async () => {
        const platform = await startPlatform({
          cookies: {
            ...(first !== 'pubkey' ? { authorize: ['route=replica-1; Path=/; HttpOnly', 'gone=; Max-Age=0'] } : {}),
            ...(first !== 'authorize' ? { pubkey: [`route=${first === 'both' ? 'replica-2' : 'replica-1'}`] } : {}),
          },
        });
        try {
          const { status, stderr } = await runCommand([command], goodEnv(platform));
          assert.equal(status, 0, stderr);
          const after = platform.asked.filter(({ endpoint }) => !/authorize|pubkey|GET connectors/.test(endpoint));
          assert.ok(after.length > 2);
          for (const { endpoint, request } of after) {
            const sticky = request.headers.cookie?.includes('route=') ?? false;
            assert.equal(sticky, LOGIN_API.test(request.url.pathname), endpoint);
            if (sticky) assert.equal(request.headers.cookie, 'route=replica-1', endpoint);
          }
        } finally {
          await platform.close();
        }
      });
});
