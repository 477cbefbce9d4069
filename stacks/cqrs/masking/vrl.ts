import { type MaskRule, maskRules } from "@o2cqrs/contract";

/** A text as VRL writes it. */
export const vrlString = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** A pattern as VRL writes it: no escape for the quote, and boundaries of ASCII words only when it is told. */
export function vrlPattern(pattern: string): string {
  if (pattern.includes("'")) throw new Error(`VRL cannot quote the pattern ${pattern}`);
  return `r'${pattern.replaceAll(String.raw`\b`, String.raw`(?-u:\b)`)}'`;
}

/** Statements that put what masks personal data in its place, in a variable that holds text. */
export const maskStatements = (variable: string, indent: string): string =>
  replaceStatements(variable, maskRules, indent);

/** Statements that replace what patterns find, one after the other, in a variable that holds text. */
export function replaceStatements(
  variable: string,
  rules: readonly Pick<MaskRule, "pattern" | "replacement">[],
  indent: string,
): string {
  return rules
    .map(
      ({ pattern, replacement }) =>
        `${indent}${variable} = replace(${variable}, ${vrlPattern(pattern)}, ${vrlString(replacement)})`,
    )
    .join("\n");
}
