// The checks of a login with the ID token of a CI job: what the job has, what the token says, and what Dex supports.

import type { Context } from '../login/context.js';
import { loginWay } from '../login/first-login.js';
import { ciToken, claimsText } from '../login/keyless/ci-token.js';
import { withAudience } from '../login/with-audience.js';
import { hasGitHubTokens } from '../settings/id-token-source.js';
import type { Settings } from '../settings/types.js';
import type { Env } from '../util/env.js';
import type { Report } from './report.js';

/** What can be found out without sending the token to anyone; it is requested from GitHub, which gives it to the job alone. */
export async function checkKeyless(report: Report, context: Context, settings: Settings, env: Env): Promise<void> {
  const { idToken, login, dexUrl, connector, clientId } = settings;
  if (env.GITHUB_ACTIONS === 'true') {
    const granted = hasGitHubTokens(env);
    const text = granted
      ? 'the job may request ID tokens from GitHub'
      : 'GitHub provides no ID tokens: the job lacks permissions: id-token: write';
    report.add({ layer: 'CI', ok: granted || idToken !== undefined, text });
  }
  if (idToken)
    await report.check('CI', async () => {
      const { claims } = await ciToken(context, idToken);
      return [`the ID token of the CI job: ${claimsText(claims)}`, true];
    });
  else
    report.add({ layer: 'CI', ok: false, text: 'no ID token of the CI job', advice: 'Set id-token or id-token-file.' });
  if (login !== 'keyless') return;
  await report.check('Dex', async () => {
    await (await loginWay(login)).probe?.(context, settings);
    return [`${dexUrl} supports token exchange; doctor does not check connector ${connector}`, true];
  });
  if (settings.trackingUri)
    await report.check('oauth2-proxy', async () => {
      const { audience } = await withAudience(context, settings);
      const text = audience
        ? `the token is requested for ${audience}, by client ${clientId}`
        : `the token is for ${clientId}`;
      return [text, true];
    });
}
