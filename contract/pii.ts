import { emailRules } from "./pii-email.js";
import { phoneRules } from "./pii-phone.js";
import { digit } from "./pii-signs.js";

/** The column that says whether the masking function ran to its end; only the pipeline sets it. */
export const piiMarker = "pii_masked";

/** A pattern of personal data and what stands in its place, `$1` and so on being its groups. */
export interface MaskRule {
  readonly kind: "email" | "phone" | "any";
  readonly description: string;
  /**
   * In the syntax that Rust's regex crate and JavaScript (with the flag `u`) share: no look-around, no
   * back-reference, no apostrophe (VRL quotes patterns with it). `\b` is a boundary of ASCII words, as in
   * JavaScript: no letter of another script hides that a number ends.
   */
  readonly pattern: string;
  readonly replacement: string;
  /** JavaScript's look-behind that lets a match begin only where one can, see {@link maskText}. */
  readonly beginsAfter?: string;
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

/** A whole value that is one masked address, or one masked number; a pattern as those of {@link MaskRule}. */
export const wholeMasked = {
  email: String.raw`^\s*"?\S\*\*\*"?[^\s*]+\s*$`,
  phone: String.raw`^\s*(?:\+\p{Nd}{1,3})?\*{5}\p{Nd}[^\p{L}*]{0,6}\p{Nd}\s*$`,
} as const;

/** Soft hyphens, zero-width characters, directions and variants: nobody sees them, and they would part what belongs together. */
const invisible = String.raw`[\xad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]`;

/**
 * How personal data is found in any text, in the order of use. The pipeline's program and the application's
 * masker are both built from these, so they mask alike.
 */
export const maskRules: readonly MaskRule[] = [
  {
    kind: "any",
    description: "Invisible characters after a Latin letter, a digit or a sign: they are taken out first",
    // After other scripts they have a meaning: they join emoji and shape Persian letters.
    pattern: String.raw`([\x21-\x7e＠＋]|${digit})${invisible}+`,
    replacement: "$1",
  },
  ...emailRules,
  ...phoneRules,
];

export { phoneFieldRules } from "./pii-phone.js";

const compiled = maskRules.map(({ pattern, replacement, beginsAfter = "" }) => ({
  expression: new RegExp(beginsAfter + pattern, "gu"),
  replacement,
}));

/**
 * The text with every e-mail address and phone number masked. Masking twice changes nothing. Its time is linear in
 * the text's length: JavaScript backtracks, so a match that would run to the end of a word from each of its
 * characters may begin only where the word does, and so finds the same.
 */
export function maskText(text: string): string {
  return compiled.reduce((masked, rule) => masked.replace(rule.expression, rule.replacement), text);
}
