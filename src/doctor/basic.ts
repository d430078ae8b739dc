// The checks of MLflow's own basic-auth: whether it wants username and password, and, on request, whether it accepts them.

import type { Context } from '../login/context.js';
import { firstLogin, loginWay } from '../login/first-login.js';
import { verify } from '../login/verify.js';
import type { Settings } from '../settings/types.js';
import { checkWorkspaces } from './checks.js';
import type { Report } from './report.js';

/** Without the password. */
export async function checkBasic(report: Report, context: Context, settings: Settings): Promise<void> {
  if (!settings.trackingUri) return;
  await report.check('MLflow', async () => {
    await (await loginWay(settings.login)).probe?.(context, settings);
    return [`${settings.trackingUri} requires username and password`, true];
  });
}

/** Sends the password once, and once more where that was accepted. */
export async function checkBasicLogin(report: Report, context: Context, settings: Settings): Promise<void> {
  const credential = await report.check('MLflow', async () => {
    const made = (await firstLogin(context, { ...settings, verify: false })).credential;
    await verify(context, settings, made);
    const where = settings.workspace ? `the workspace ${settings.workspace} is open` : 'MLflow responds';
    return [`MLflow accepts username and password of ${settings.username}, and ${where}`, made];
  });
  if (credential) await checkWorkspaces(report, context, settings, credential);
}
