import type { MaskRule } from "./pii.js";
import { escaped, escapedOfWord, percent } from "./pii-signs.js";

/** Regular expressions and Markdown have a backslash before a sign. */
const at = String.raw`(?:\\{0,8}[@＠﹫]|${percent("40")}|${percent("EF", "BC", "A0")}|${escaped("@", "commat")})`;
/** With blanks about it as mistyped, or spelt out against robots. */
const looseAt = String.raw`(?: ?${at}{1,3} ?| ?[\[({](?:at|AT|At|@)[\])}] ?)`;
const dot = String.raw`(?:\\{0,8}[.。．｡․]+|${percent("2E")}|${percent("E3", "80", "82")}|[\[({](?:dot|DOT|Dot|\.)[\])}]|${escaped(".", "period")})`;

// Classes name what a word is not, as the automaton of a class of all letters takes long to build. White
// space and punctuation of other scripts end a word; letters, digits and marks of any script are part of it.
const space = String.raw`\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u3000\ufeff`;
const punctuation = "，。．｡․；：、？！（）「」『』【】《》〈〉“”‘’«»＠﹫";
const neither = String.raw`${space}${punctuation}"(),:;<>@\[\]\\`;
const delimiters = String.raw`=&/?{|}\x60`;

/** Marks that never start a local part: they are kept in front of it. */
const leading = String.raw`[.\x27-]`;
const firstOfLocal = String.raw`(?:[^${neither}${delimiters}.\x27-]|${escapedOfWord})`;
/** Of the marks that RFC 5322 allows, those that delimit in URLs and logs are left out. */
const local = String.raw`(?:[^${neither}${delimiters}]|\\{1,8}[._+-]|${escapedOfWord})`;
const localOrDelimiter = `[^${neither}]`;
/** RFC 5322 allows a remark in brackets at its end. */
const remark = String.raw`(?:\([^()@\s]{1,32}\))?`;
/** A letter of another script, as a URL writes it. */
const encoded = String.raw`%(?:25)*[C-Fc-f][0-9A-Fa-f](?:%(?:25)*[89ABab][0-9A-Fa-f])*|${escapedOfWord}`;
const ofDomain = String.raw`(?:[^${neither}${delimiters}.\x27!#$%*+^~]|${encoded})`;
const topLevel = String.raw`(?:[^${neither}${delimiters}.\x27!#$%*+^~0-9_-]|${encoded})${ofDomain}+`;
const domain = String.raw`(?:(?:${ofDomain}+${dot})+${topLevel}|\[(?:IPv6:)?[0-9A-Fa-f:.]+\])`;

/** What announces an address, so that a mistyped one is known too. */
const announced = String.raw`(?:(?:[Ee]-?[Mm][Aa][Ii][Ll])[^\n@]{0,24}?[\x20"\x27:=<(]|(?:邮箱|邮件|郵件)[^\n@0-9A-Za-z]{0,4})`;

/** How e-mail addresses are found, in the order of use. */
export const emailRules: readonly MaskRule[] = [
  {
    kind: "email",
    description: "An address whose local part is quoted",
    // Inside JSON the closing quote has a backslash.
    pattern: String.raw`"([^"\s@\\])[^"@\\]{0,63}(\\?")(${at}${domain})`,
    replacement: '"$1***$2$3',
  },
  {
    kind: "email",
    description: "An address; another that follows without a blank goes",
    pattern: String.raw`(${leading}*)(${firstOfLocal})${local}*${remark}(${looseAt}${domain})(?:${local}*${looseAt}${domain})*`,
    replacement: "$1$2***$3",
    beginsAfter: `(?<!${local})`,
  },
  {
    kind: "email",
    description: "An address whose local part ends with a mark that delimits",
    pattern: String.raw`([^${neither}${delimiters}.\x27-])?${localOrDelimiter}*[${delimiters}.\x27-](${at}${domain})`,
    replacement: "$1***$2",
    beginsAfter: `(?<!${localOrDelimiter})`,
  },
  {
    kind: "email",
    description: "An address without a top-level domain, after a word for e-mail",
    pattern: String.raw`(${announced}${leading}*)(${firstOfLocal})${local}*( ?${at}{1,3} ?[^${neither}${delimiters}])`,
    replacement: "$1$2***$3",
  },
];
