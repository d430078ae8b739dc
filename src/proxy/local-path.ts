// The target of a request: only a path below the tracking URI, whatever encoding hides where it leads.

/** What is wrong with a target. */
export type PathFlaw = 'form' | 'login';

/** How often a path can be encoded within itself. */
const DEPTH = 6;
const NOT_VISIBLE_ASCII = /[^\x21-\x7e]/;
/** "." or ".." as a segment, also with parameters (RFC 3986, 3.3) and between backslashes. */
const DOT_SEGMENT = /(^|[/\\])\.{1,2}(;[^/\\]*)?([/\\]|$)/;
/** What oauth2-proxy answers itself (`--proxy-prefix`): sign_out would end the session, userinfo and auth show it. */
const LOGIN = /^[/\\]*oauth2([/\\;]|$)/i;

/**
 * The flaw in a request's target, or undefined where it may be put after the path of the tracking URI: only origin-form
 * (RFC 9112, 3.2.1).
 */
export function pathFlaw(target: string): PathFlaw | undefined {
  const [path = ''] = target.split('?', 1);
  if (!path.startsWith('/') || NOT_VISIBLE_ASCII.test(target) || /[\\#]/.test(target)) return 'form';
  const decoded = utf8(path);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (decoded === undefined || /[\x00-\x1f\x7f]/.test(decoded)) return 'form';
  if ([path, decoded].some((one) => one.includes('//'))) return 'form';
  let form = decoded;
  for (let depth = 0; depth < DEPTH; depth++) {
    if (DOT_SEGMENT.test(form)) return 'form';
    if (LOGIN.test(form)) return 'login';
    const next = decodedOnce(form);
    if (next === form) return undefined;
    form = next;
  }
  return 'form';
}

/** Undefined where it is not percent-encoded UTF-8, which includes overlong forms of "." and "/". */
function utf8(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** A name may hold a "%" that encodes nothing: only what is ASCII matters. */
function decodedOnce(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
