/**
 * The server's answers come in three shapes: JSON `{code, message}`, plain text from its framework, and
 * nothing at all. A few say 200 and carry a failure inside. What stands before it may answer with a page.
 */

/** The body as JSON if it is JSON, as text if it is not, and undefined if there is none. */
export function bodyOf(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What an answer refuses, or undefined when it is good. */
export function failureIn(
  status: number,
  body: unknown,
  text: string,
): { status: number; serverMessage: string } | undefined {
  if (status >= 400) return { status, serverMessage: messageIn(body) ?? titleOf(text) ?? text };
  const code = isRecord(body) ? body.code : undefined;
  if (typeof code === "number" && code >= 400)
    return { status: code, serverMessage: messageIn(body) ?? text };
  return undefined;
}

/** The title of a page, which says all that pages of errors say, without the status that it begins with. */
function titleOf(text: string): string | undefined {
  if (!/^\s*<(?:!doctype|html)\b/i.test(text)) return undefined;
  return /<title>([^<]+)<\/title>/i
    .exec(text)?.[1]
    ?.trim()
    .replace(/^\d{3} /, "");
}

/** Search errors say more in `error_detail`, PromQL errors say it in `error`. */
function messageIn(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const parts = [body.message ?? body.error, body.error_detail].filter(
    (part): part is string => typeof part === "string" && part !== "",
  );
  return parts.length === 0 ? undefined : [...new Set(parts)].join(": ");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
