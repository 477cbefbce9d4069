import { SearchError, searchCodes } from "./errors.js";
import { type Analysis, type Source } from "./plan.js";

/** DuckDB's complaint about a query in the codes and words of the server. */
export function asSearchError(error: unknown, sources: readonly Source[], { referenced }: Analysis): unknown {
  const text = messageOf(error);
  if (text === undefined) return error;
  const missing = /(?:Referenced column|Table "[^"]*" does not have a column named) "([^"]+)"/.exec(
    text,
  )?.[1];
  if (missing !== undefined) {
    const valid = sources.flatMap(({ name, columns }) =>
      columns
        .filter((column) => column.name === "_timestamp" || referenced.has(column.name))
        .map((column) => `${name}.${column.name}`),
    );
    const message = `Schema error: No field named ${missing}. Valid fields are ${valid.join(", ")}.`;
    return new SearchError(searchCodes.fieldNotFound, `Search field not found: ${message}`);
  }
  const unknown = /Function with name (\S+) does not exist/.exec(text)?.[1];
  if (unknown !== undefined) {
    const message = `Search function not defined: Error during planning: Invalid function '${unknown}'.`;
    return new SearchError(searchCodes.functionNotDefined, message);
  }
  const [first = text] = text.split("\n\nLINE");
  return new SearchError(searchCodes.executeError, "Search SQL execute error", first);
}

/** Errors of the database's driver are no instances of this program's `Error` where modules are isolated. */
const messageOf = (error: unknown): string | undefined =>
  typeof error === "object" && error !== null && "message" in error ? String(error.message) : undefined;
