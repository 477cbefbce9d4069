/** The column that says whether the masking function ran to its end; only the pipeline sets it. */
export const piiMarker = "pii_masked";

/** A pattern of personal data and what stands in its place, `$1` and so on being its groups. */
export interface MaskRule {
  readonly kind: "email" | "phone";
  readonly description: string;
  /**
   * In the syntax that Rust's regex crate and JavaScript (with the flag `u`) share: no look-around, no
   * back-reference, no apostrophe (VRL quotes patterns with it).
   */
  readonly pattern: string;
  readonly replacement: string;
}

/** How masked data reads; for people. */
export const maskedShapes = {
  /** The first character and the domain stay. */
  email: "a***@example.com",
  /** The country code, when it is given, and the last two digits stay. */
  phone: "+49*****89",
} as const;

/** What stands for a whole value of a personal field that has no known shape. */
export const maskedText = { email: "***", phone: "*****" } as const;

// Signs as they are, in full width, percent-encoded (twice, too), escaped in JSON, and as HTML entities.
const at = String.raw`(?:@|＠|﹫|%(?:25)*40|\\u0040|&#64;)`;
const plus = String.raw`(?:\+|＋|%(?:25)*2[Bb]|\\u002[Bb]|&#43;)`;

// Classes name what a word is not, as the automaton of a class of all letters takes long to build. White
// space and punctuation of other scripts end a word; letters, digits and marks of any script are part of it.
const space = String.raw`\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u3000\ufeff`;
const punctuation = "，。．；：、？！（）「」『』【】《》〈〉“”‘’«»＠﹫";
const neither = String.raw`${space}${punctuation}"(),:;<>@\[\]\\`;
const delimiters = String.raw`=&/?{|}\x60`;

/** Marks that never start a local part: they are kept in front of it. */
const leading = String.raw`[.\x27-]`;
const firstOfLocal = String.raw`[^${neither}${delimiters}.\x27-]`;
/** Of the marks that RFC 5322 allows, those that delimit in URLs and logs are left out. */
const local = `[^${neither}${delimiters}]`;
const localOrDelimiter = `[^${neither}]`;
/** Letters of other scripts stand in a URL percent-encoded. */
const ofDomain = String.raw`(?:[^${neither}${delimiters}.\x27!#$%*+^~]|%[0-9A-Fa-f]{2})`;
const domain = String.raw`(?:(?:${ofDomain}+[.。．])+(?:[^${neither}${delimiters}.\x27!#$%*+^~0-9_-]|%[0-9A-Fa-f]{2})${ofDomain}+|\[[0-9A-Fa-f:.]+\])`;

/** Country codes of ITU-T E.164; which are long and which short is fixed by zone. */
const countryCode = String.raw`1|7|2(?:[07]|[1-689][0-9])|3(?:[0-469]|[578][0-9])|4(?:[013-9]|2[0-9])|5(?:[1-8]|[09][0-9])|6(?:[0-6]|[789][0-9])|8(?:[1246]|[035789][0-9])|9(?:[0-58]|[679][0-9])`;
/** Arabic, Persian, Devanagari and full-width digits, whose country codes are not told apart. */
const otherDigits = "٠-٩۰-۹०-९０-９";
const digit = `[0-9${otherDigits}]`;
const separators = String.raw`(?:[ \t\r\n\xa0\u2000-\u200f\u202f().·/‐-―-]|%(?:25)*(?:20|28|29|2[DdEeFf])){0,4}`;
/** 7 to 15 digits in all by E.164: what follows the country code, all but the last two. */
const middle = String.raw`(?:${separators}${digit}){3,11}${separators}`;
const lastTwo = String.raw`(${digit}${separators}${digit})`;
/** What may stand before a number that has no plus sign, so that parts of ids are not taken for one. */
const apart = String.raw`(^|[^0-9A-Za-z.:/_-])`;

/**
 * How personal data is found in any text, in the order of use. The pipeline's program and the application's
 * masker are both built from these, so they mask alike.
 */
export const maskRules: readonly MaskRule[] = [
  {
    kind: "email",
    description: "An address whose local part is quoted",
    // Inside JSON the closing quote has a backslash.
    pattern: String.raw`"([^"\s@\\])[^"@\\]{0,63}(\\?")(${at}${domain})`,
    replacement: '"$1***$2$3',
  },
  {
    kind: "email",
    description: "An address; what is chained to it by another at sign goes",
    pattern: String.raw`(${leading}*)(${firstOfLocal})${local}*(${at}${domain})(?:${at}${domain})*`,
    replacement: "$1$2***$3",
  },
  {
    kind: "email",
    description: "An address whose local part ends with a mark that delimits",
    pattern: String.raw`(${firstOfLocal})?${localOrDelimiter}*[${delimiters}.\x27-](${at}${domain})`,
    replacement: "$1***$2",
  },
  {
    kind: "phone",
    description: "An international number with a plus sign",
    pattern: String.raw`${plus}${separators}(${countryCode}|[${otherDigits}]{1,2})${middle}${lastTwo}`,
    replacement: "+$1*****$2",
  },
  {
    kind: "phone",
    description: "An international number with the prefix 00",
    pattern: String.raw`${apart}00(${countryCode})${middle}${lastTwo}\b`,
    replacement: "$1+$2*****$3",
  },
  {
    kind: "phone",
    description: "A mobile number of China without its country code",
    pattern: String.raw`${apart}1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{2}([0-9]{2})\b`,
    replacement: "$1*****$2",
  },
  {
    kind: "phone",
    description: "A number of North America with its area code set apart",
    pattern: String.raw`${apart}(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.-])[0-9]{3}[ .-][0-9]{2}([0-9]{2})\b`,
    replacement: "$1*****$2",
  },
  {
    kind: "phone",
    description: "A national number with its trunk prefix 0, in groups",
    pattern: String.raw`${apart}\(?0[1-9][0-9]{1,4}\)?[ /-]{1,2}(?:[0-9]{3}|[0-9]{3,4}[ -][0-9]{1,2})[0-9]{0,3}([0-9]{2})\b`,
    replacement: "$1*****$2",
  },
];

/**
 * JavaScript backtracks: from every character of a long word it would run to the word's end. Starting only
 * where a word starts keeps it linear, and finds the same.
 */
const wordStarts: readonly [beginning: string, lookBehind: string][] = [
  [`(${leading}*)`, `(?<!${local})`],
  [`(${firstOfLocal})?`, `(?<!${localOrDelimiter})`],
];

const compiled = maskRules.map(({ pattern, replacement }) => {
  const [, lookBehind = ""] = wordStarts.find(([beginning]) => pattern.startsWith(beginning)) ?? [];
  return { expression: new RegExp(lookBehind + pattern, "gu"), replacement };
});

/** The text with every e-mail address and phone number masked. Masking twice changes nothing. */
export function maskText(text: string): string {
  return compiled.reduce((masked, rule) => masked.replace(rule.expression, rule.replacement), text);
}
