import { maskRules } from "@o2cqrs/contract";

/** A text as VRL writes it. */
export const vrlString = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** A pattern as VRL writes it; it has no escape for the quote. */
export function vrlPattern(pattern: string): string {
  if (pattern.includes("'")) throw new Error(`VRL cannot quote the pattern ${pattern}`);
  return `r'${pattern}'`;
}

/** Statements that put what masks personal data in its place, in a variable that holds text. */
export function maskStatements(variable: string, indent: string): string {
  return maskRules
    .map(
      ({ pattern, replacement }) =>
        `${indent}${variable} = replace(${variable}, ${vrlPattern(pattern)}, ${vrlString(replacement)})`,
    )
    .join("\n");
}
