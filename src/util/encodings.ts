// How servers write a text that they send back: the usual encoders, and the names of characters in HTML.

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${hex(byte, 2)}`).join('');
/** UTF-16 as JSON and Java escape it. */
const unicode = (text: string) => text.replace(/[\s\S]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`);
const bytes = (text: string) => [...Buffer.from(text)].map((byte) => `\\x${hex(byte, 2)}`).join('');
const decimal = (text: string) => `&#${text.codePointAt(0)};`;
const hexadecimal = (text: string) => `&#x${hex(text.codePointAt(0) ?? 0, 1)};`;
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const MARKUP = /[&<>"'`=/+]/g;
const NOT_ASCII = /[^\x20-\x7e]/gu;

/** Each escapes what it must, or every character. Upper case is left out: texts are compared without regard to it. */
const ENCODERS: readonly ((text: string) => string)[] = [
  encodeURIComponent,
  (text) => encodeURIComponent(text).replace(/[!'()*~]/g, percent),
  (text) => new URLSearchParams({ v: text }).toString().slice(2),
  percent,
  (text) => JSON.stringify(text).slice(1, -1),
  (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[<>&']/g, unicode),
  (text) => JSON.stringify(text).slice(1, -1).replace(NOT_ASCII, unicode),
  (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/').replace(NOT_ASCII, unicode),
  unicode,
  (text) => text.replace(/[\\']/g, '\\$&'),
  (text) => text.replace(/[\\']/g, '\\$&').replace(NOT_ASCII, bytes),
  (text) => text.replace(/[\\']/g, '\\$&').replace(/[\x80-\xff]/g, (unit) => `\\x${hex(unit.charCodeAt(0), 2)}`),
  bytes,
  (text) => text.replace(/[&<>"']/g, (sign) => NAMED[sign] ?? decimal(sign)),
  (text) => text.replace(/[&<>"']/g, (sign) => NAMED[sign] ?? hexadecimal(sign)),
  (text) => text.replace(MARKUP, decimal),
  (text) => text.replace(MARKUP, hexadecimal),
  (text) => text.replace(/[&<>"']/g, (sign) => NAMED[sign] ?? decimal(sign)).replace(NOT_ASCII, decimal),
  (text) => text.replace(/[\s\S]/gu, decimal),
  (text) => text.replace(/[\s\S]/gu, hexadecimal),
];

/** What the usual encoders make of a text, each once. */
export function encodingsOf(text: string): string[] {
  return [...new Set(ENCODERS.map((encode) => encode(text)))].filter((form) => form !== text);
}

/** From 160 to 255, in order (HTML 4.01, 24.2.1). */
const LATIN1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'.split(
    ' ',
  );
/** Signs of ASCII (HTML Standard, 13.5). */
const ASCII =
  'Tab:\t NewLine:\n excl:! quot:" QUOT:" num:# dollar:$ percnt:% amp:& AMP:& apos:\' lpar:( rpar:) ast:* midast:* plus:+ comma:, period:. sol:/ colon:: semi:; lt:< LT:< equals:= gt:> GT:> quest:? commat:@ lsqb:[ lbrack:[ bsol:\\ rsqb:] rbrack:] Hat:^ lowbar:_ UnderBar:_ grave:` DiacriticalGrave:` lcub:{ lbrace:{ verbar:| vert:| VerticalLine:| rcub:} rbrace:} euro:\u20ac';

/** Characters by their names in HTML. */
export const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...LATIN1.map((name, index): [string, string] => [name, String.fromCharCode(160 + index)]),
  ...ASCII.split(' ').map((pair): [string, string] => [pair.slice(0, -2), pair.slice(-1)]),
]);
