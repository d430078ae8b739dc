// A person with a browser, as far as the fake platform can tell: follows links, fills in forms, looks at the last page.

import { USUAL } from './fake/switches.js';

/** @returns the last page, and its address */
export async function browse(start: string, account = USUAL): Promise<{ url: string; status: number; text: string }> {
  let url = start;
  let body: URLSearchParams | undefined;
  for (let steps = 0; steps < 20; steps++) {
    const answer = await fetch(url, { redirect: 'manual', ...(body ? { method: 'POST', body } : {}) });
    const text = await answer.text();
    const location = answer.headers.get('location');
    body = undefined;
    if (location) {
      url = new URL(location, url).href;
      continue;
    }
    const form = /<form[^>]*?(?:action="([^"]*)")?[^>]*>([\s\S]*?)<\/form>/.exec(text);
    const fields = form?.[2] ?? '';
    const action = (/<form[^>]*action="([^"]*)"/.exec(form?.[0] ?? '')?.[1] ?? '').replaceAll('&amp;', '&');
    if (/name="password"/.test(fields))
      body = new URLSearchParams({ login: account.username, password: account.password });
    else if (/name="user_code"/.test(fields))
      body = new URLSearchParams({ user_code: /value="([^"]*)"/.exec(fields)?.[1] ?? '' });
    else return { url, status: answer.status, text };
    url = new URL(action, url).href;
  }
  throw new Error(`no end of pages from ${start}`);
}
