/**
 * As much of SQL as is looked at when an alert or a pipeline is saved. Whether the statement makes sense shows
 * when it runs.
 */

const statements = new Set(
  "SELECT WITH VALUES INSERT UPDATE DELETE CREATE ALTER DROP EXPLAIN SHOW DESCRIBE SET BEGIN".split(" "),
);

/** Undefined when the text starts as a statement does. */
export function sqlSyntaxError(sql: string): string | undefined {
  const start = sql.search(/\S/);
  if (start === -1) return "Expected: an SQL statement, found: EOF";
  const word = /^\(|^\w+|^\S/.exec(sql.slice(start))?.[0] ?? "";
  if (word === "(" || statements.has(word.toUpperCase())) return undefined;
  const lines = sql.slice(0, start).split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return `Expected: an SQL statement, found: ${word} at Line: ${lines.length}, Column: ${column}`;
}

/** The expressions of the outermost select list; empty when there is none. */
export function selectList(sql: string): string[] {
  const select = /\bselect\b(\s+distinct\b)?/i.exec(sql);
  if (!select) return [];
  const items: string[] = [];
  let depth = 0;
  let item = "";
  const rest = sql.slice(select.index + select[0].length);
  for (const token of rest.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|\s+|./gs) ?? []) {
    if (depth === 0 && token.toLowerCase() === "from") break;
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (depth === 0 && token === ",") {
      items.push(item.trim());
      item = "";
    } else item += token;
  }
  return [...items, item.trim()];
}

/** The name under which an expression of the select list is answered. */
export function outputName(item: string): string {
  const alias = /\bas\s+("[^"]+"|\w+)$/i.exec(item)?.[1] ?? item.replace(/^\w+\./, "");
  return alias.replaceAll('"', "");
}

/** `SELECT *` and nothing else, which an alert may not ask. */
export const selectsEverything = (sql: string): boolean => {
  const items = selectList(sql);
  return items.length === 1 && /^(\w+\.)?\*$/.test(items[0] ?? "");
};
