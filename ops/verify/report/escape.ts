import { visibleText } from "../../cli/visible-text.js";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for the inside of an HTML or XML element or of a quoted attribute. Control characters, most of which XML 1.0
 * cannot hold at all, are written as escapes; what is no character becomes the replacement character.
 */
export function escapeMarkup(text: string): string {
  return visibleText(text)
    .replace(
      /[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      "\ufffd",
    )
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
