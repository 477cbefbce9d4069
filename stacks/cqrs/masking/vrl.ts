import { type MaskRule, maskRules } from "@o2cqrs/contract";

/** A text as VRL writes it. */
export const vrlString = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** A pattern as VRL writes it: no escape for the quote, and boundaries of ASCII words only when it is told. */
export function vrlPattern(pattern: string): string {
  if (pattern.includes("'")) throw new Error(`VRL cannot quote the pattern ${pattern}`);
  return `r'${pattern.replaceAll(String.raw`\b`, String.raw`(?-u:\b)`)}'`;
}

/** Statements that name the patterns of masking: written once, compiled once, and used for keys and for values. */
export const maskPatterns: string = maskRules
  .map(({ pattern }, index) => `${patternName(index)} = ${vrlPattern(pattern)}`)
  .join("\n");

/** Statements that put what masks personal data in its place, in a variable that holds text. Need the patterns. */
export const maskStatements = (variable: string, indent: string): string =>
  maskRules
    .map(({ replacement }, index) => replaceStatement(variable, patternName(index), replacement, indent))
    .join("\n");

/** Statements that replace what patterns find, one after the other, in a variable that holds text. */
export const replaceStatements = (
  variable: string,
  rules: readonly Pick<MaskRule, "pattern" | "replacement">[],
  indent: string,
): string =>
  rules
    .map(({ pattern, replacement }) => replaceStatement(variable, vrlPattern(pattern), replacement, indent))
    .join("\n");

const replaceStatement = (variable: string, pattern: string, replacement: string, indent: string): string =>
  `${indent}${variable} = replace(${variable}, ${pattern}, ${vrlString(replacement)})`;

function patternName(index: number): string {
  return `mask_${index + 1}`;
}
