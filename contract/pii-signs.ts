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
  return String.raw`\\{1,8}(?:u00|x|u\{)${hex}\}?|&(?:amp;)*(?:#0*${code}|#[xX]0*${hex}|${name});?`;
}
