// A page of Dex, recognised by what a theme cannot change: the names of its fields, and where its links lead.

import { Parser } from 'htmlparser2';
import { printable } from '../../util/text.js';
import { parseUrl } from '../../util/url.js';

/** An input of a form, as far as it is sent. */
interface Field {
  name: string;
  value: string;
  hidden: boolean;
}

/** A form; `action` is '' where it leads to the page's own address. */
export interface Form {
  action: string;
  fields: readonly Field[];
}

/** What Dex's pages are (dexidp/dex, server/templates.go and web/templates). */
export type Page =
  | { kind: 'login'; form: Form }
  | { kind: 'approval'; form: Form }
  /** Addresses by the ID of their connector. */
  | { kind: 'chooser'; connectors: ReadonlyMap<string, URL> }
  /** What only a person in a browser can do, by the field that tells it. */
  | { kind: 'device' | 'mfa' | 'saml' }
  /** Its headings and paragraphs, in one line: what is elsewhere in a page is nobody's message. */
  | { kind: 'other'; text: string };

interface Parsed {
  forms: Form[];
  links: string[];
  text: string;
}

/** Elements of Dex's error page (web/templates/error.html) that hold its message. */
const MESSAGE = ['h1', 'h2', 'h3', 'p'];

/** Elements within each other, and characters: beyond them the parser would take its time. No page of Dex has as many. */
const DEEPEST = 200;
const LONGEST = 1 << 18;

/** Reads forms, links and text; nothing in the page is evaluated. */
function parse(html: string): Parsed {
  const forms: { action: string; fields: Field[] }[] = [];
  const links: string[] = [];
  let text = '';
  let form: (typeof forms)[number] | undefined;
  let within = 0;
  let depth = 0;
  if (html.length > LONGEST) return { forms, links, text };
  const parser = new Parser({
    onopentag(name, { action = '', href, name: field, value = '', type = '' }) {
      if (++depth > DEEPEST) throw new RangeError('the page is too deep');
      if (MESSAGE.includes(name)) within++;
      if (name === 'form') {
        form = { action, fields: [] };
        forms.push(form);
      }
      if (['input', 'button'].includes(name) && form && field)
        form.fields.push({ name: field, value, hidden: type.toLowerCase() === 'hidden' });
      if (name === 'a' && href) links.push(href);
    },
    ontext(part) {
      if (within > 0) text += `${part} `;
    },
    onclosetag(name) {
      depth--;
      if (MESSAGE.includes(name)) within--;
      if (name === 'form') form = undefined;
    },
  });
  try {
    parser.end(html);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { forms: [], links: [], text: '' };
  }
  return { forms, links, text: printable(text.replace(/\s+/g, ' ').trim()) };
}

/**
 * @param at the address of the page
 * @param base the address of Dex as reached, without a trailing slash
 */
export function readPage(html: string, at: URL, base: URL): Page {
  const { forms, links, text } = parse(html);
  const has = ({ fields }: Form, name: string, value?: string) =>
    fields.some((field) => field.name === name && (value === undefined || field.value === value));
  const login = forms.find((form) => has(form, 'login') && has(form, 'password'));
  if (login) return { kind: 'login', form: login };
  const approval = forms.find((form) => has(form, 'approval', 'approve') && has(form, 'req'));
  if (approval) return { kind: 'approval', form: approval };
  if (forms.some((form) => has(form, 'user_code'))) return { kind: 'device' };
  if (forms.some((form) => has(form, 'totp'))) return { kind: 'mfa' };
  if (forms.some((form) => has(form, 'SAMLRequest'))) return { kind: 'saml' };
  const connectors = connectorsIn(links, at, `${base.pathname.replace(/\/$/, '')}/auth/`);
  return connectors.size > 0 ? { kind: 'chooser', connectors } : { kind: 'other', text };
}

/** The links to connectors. An ID with a blank is escaped twice in them. */
function connectorsIn(links: readonly string[], at: URL, prefix: string): Map<string, URL> {
  const inside = links
    .map((link) => parseUrl(link, at))
    .filter((url): url is URL => url !== undefined && url.origin === at.origin && url.pathname.startsWith(prefix));
  return new Map(inside.map((url) => [unescaped(unescaped(url.pathname.slice(prefix.length))), url]));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The fields that a browser would send, with these in place of what they hold. */
export function filledIn({ fields }: Form, values: Readonly<Record<string, string>>): URLSearchParams {
  const body = new URLSearchParams(fields.filter(({ hidden }) => hidden).map(({ name, value }) => [name, value]));
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  return body;
}
