/** Signs that personal data is written with, as parts of patterns. See `MaskRule` for their syntax. */

/** The zeros of the scripts whose digits people write numbers with: ASCII, full width, Arabic, Persian and so on. */
const zeros = ["0", "０", "٠", "۰", "०", "০", "๐"].map((zero) => zero.charCodeAt(0));

const ranges = zeros.map((zero) => `${String.fromCharCode(zero)}-${String.fromCharCode(zero + 9)}`);

/** A digit of any of those scripts. */
export const digit = `[${ranges.join("")}]`;

/** One of any but ASCII. */
export const otherDigit = `[${ranges.slice(1).join("")}]`;

/** A pattern of ASCII digits, in each of those scripts. */
export const inEveryScript = (pattern: string): string =>
  zeros
    .map((zero) =>
      pattern.replace(/[0-9]/g, (ascii) => String.fromCharCode(zero + ascii.charCodeAt(0) - 0x30)),
    )
    .join("|");

/** A byte as URLs write it; the per cent sign itself may be encoded, any number of times. */
export const percent = (...bytes: string[]): string =>
  bytes
    .map((byte) => `%(?:25)*${byte.replace(/[A-F]/g, (letter) => `[${letter}${letter.toLowerCase()}]`)}`)
    .join("");

/** An ASCII character as JSON, JavaScript and HTML escape it. */
export function escaped(character: string, name: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16).replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return String.raw`(?:\\{1,8}(?:u00|U0{6}|x|[ux]\{0{0,6})|%u00)${hex}\}?|&(?:amp;)*(?:#0*${code}|#[xX]0*${hex}|${name});?`;
}

const decimalOfWord =
  "33|3[5-9]|4[235-9]|5[0-7]|61|63|6[5-9]|[78][0-9]|90|9[4-9]|1[0-9]{2}|[2-9][0-9]{2}|[1-9][0-9]{3,6}";
const hexadecimalOfWord =
  "2[13-7ABDEFabdef]|3[0-9DFdf]|4[1-9A-Fa-f]|5[0-9AEFaef]|[67][0-9A-Fa-f]|[89A-Fa-f][0-9A-Fa-f]|[1-9A-Fa-f][0-9A-Fa-f]{2,5}";

/** A letter, a digit or a mark of a word as HTML escapes it, against robots all of an address. */
export const escapedOfWord = `&(?:amp;)*#0*(?:${decimalOfWord}|[xX]0*(?:${hexadecimalOfWord}));`;
