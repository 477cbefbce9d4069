import { visibleText } from "../../cli/visible-text.js";

/**
 * Text for the inside of a Markdown paragraph or table cell: whatever a record, a version or an error message says,
 * it stays text. Markup characters are written as entities, line breaks as spaces.
 */
export function markdownText(text: string): string {
  return visibleText(text.replace(/[\r\n\t]+/g, " ")).replace(
    /[&<>"'`*_~[\]()#|\\!]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

export const markdownRow = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |`;

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [markdownRow(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(markdownRow)].join("\n");
}
