// How servers write what they send back: encoders of their own, apart from those of the program.

const bytes = (text: string) => [...Buffer.from(text)];
const hex2 = (byte: number) => byte.toString(16).padStart(2, '0');
const units = (text: string, pattern: RegExp, prefix = '\\u') =>
  text.replace(pattern, (unit) => `${prefix}${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const base64 = (text: string, offset: number) => Buffer.from(`${'"'.repeat(offset)}${text}"}`).toString('base64');
const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Encoders by name. */
export const ENCODERS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'HTML, named': (text) => text.replace(/[&<>"']/g, (sign) => marks[sign] ?? ''),
  'HTML, decimal': (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
  'HTML, every character': (text) => [...text].map((sign) => `&#${sign.codePointAt(0)};`).join(''),
  'HTML, hexadecimal with zeros': (text) =>
    [...text].map((sign) => `&#x${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')};`).join(''),
  'URL, upper case': encodeURIComponent,
  'URL, lower case': (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
  'URL, every byte': (text) =>
    bytes(text)
      .map((byte) => `%${hex2(byte).toUpperCase()}`)
      .join(''),
  form: (text) => new URLSearchParams({ v: text }).toString().slice(2),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON for HTML': (text) => units(JSON.stringify(text).slice(1, -1), /[<>&]/g),
  'JSON in ASCII, upper case': (text) =>
    units(JSON.stringify(text).slice(1, -1), /[^ -~]/g).replace(
      /u[\da-f]{4}/g,
      (one) => `u${one.slice(1).toUpperCase()}`,
    ),
  'JSON, every character': (text) => units(text, /[\s\S]/g),
  'JSON, whitespace collapsed': (text) => JSON.stringify(text).slice(1, -1).replace(/\s+/g, ' '),
  'Python repr': (text) => text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n'),
  'Python repr of bytes': (text) =>
    bytes(text)
      .map((byte) =>
        byte < 32 || byte > 126 ? `\\x${hex2(byte)}` : String.fromCharCode(byte).replace(/[\\']/, '\\$&'),
      )
      .join(''),
  hexadecimal: (text) => bytes(text).map(hex2).join(''),
  'hexadecimal, upper case': (text) => bytes(text).map(hex2).join('').toUpperCase(),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 from the second byte': (text) => base64(text, 1),
  'base64 from the third byte': (text) => base64(text, 2),
  'UTF-8 read as Latin-1': (text) => Buffer.from(text).toString('latin1'),
};

/** Of these, eight characters are too few of a secret to be known. */
const LONG: Readonly<Record<string, (text: string) => string>> = {
  'quoted-printable': (text) =>
    bytes(text)
      .map((byte) =>
        byte < 33 || byte > 126 || byte === 61 ? `=${hex2(byte).toUpperCase()}` : String.fromCharCode(byte),
      )
      .join(''),
  'quoted-printable, every byte': (text) =>
    bytes(text)
      .map((byte) => `=${hex2(byte).toUpperCase()}`)
      .join(''),
  'hexadecimal, in pairs': (text) => bytes(text).map(hex2).join(':'),
};

/** One layer around another, and what is as long. */
export const DOUBLE: Readonly<Record<string, (text: string) => string>> = {
  ...LONG,
  ...Object.fromEntries(
    ['HTML, named', 'URL, upper case', 'JSON', 'base64'].flatMap((outer) =>
      ['HTML, named', 'URL, upper case', 'JSON', 'form', 'hexadecimal', 'base64'].map((inner) => [
        `${inner}, then ${outer}`,
        (text: string) => ENCODERS[outer]?.(ENCODERS[inner]?.(text) ?? '') ?? '',
      ]),
    ),
  ),
};

/** What of an encoded secret is certainly its own: not the padding of base64, nor what holds something of what is around it. */
export function ownPart(name: string, form: string): string {
  if (!name.startsWith('base64')) return form;
  return name.includes(' byte') ? form.slice(3, -4) : form.replace(/=+$/, '');
}

/** The first run of 8 characters of one of the forms in a text, or ''. */
export function runOf(forms: string[], text: string): string {
  const runs = new Set(
    forms.flatMap((form) => Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8))),
  );
  for (let at = 0; at + 8 <= text.length; at++) if (runs.has(text.slice(at, at + 8))) return text.slice(at, at + 8);
  return '';
}
