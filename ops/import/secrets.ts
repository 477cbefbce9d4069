/** Where in a text a credential stands. */
export interface SecretSpan {
  readonly start: number;
  readonly end: number;
  /** What it is called there: `routing_key`. */
  readonly label: string;
}

/** Member names whose values are credentials, as webhooks and templates write them. */
const names =
  "routing_?key|integration_?key|service_?key|api_?key|access_?key|access_?token|auth_?token|bot_?token|" +
  "token|secret|client_?secret|password|passwd|authorization|x-api-key";

/** A member with a literal value, `"routing_key": "R0123..."`; `{alert_name}` is a variable, not a value. */
const member = new RegExp(`["'](${names})["']\\s*[:=]\\s*["']([^"'{}\\s][^"'{}]{5,})["']`, "gi");

/** `Authorization: Bearer ...` and the like. */
const scheme = /\b(Bearer|Basic)\s+([A-Za-z0-9._~+/=-]{12,})/g;

/** `https://user:password@host` */
const userInfo = /\b(https?):\/\/([^\s/@"'`:]+:[^\s/@"'`]+)@/gi;

/** Addresses that are the credential: Slack's, Discord's and Teams' incoming webhooks. */
const hook =
  /(https:\/\/(?:hooks\.slack\.com\/(?:services|workflows)|discord(?:app)?\.com\/api\/webhooks|[\w.-]*webhook\.office\.com)\/)([^\s"'`<>]+)/gi;

/**
 * The credentials that a text plainly holds, from left to right, not overlapping.
 *
 * @param known values that are secret wherever they stand; short ones are passed over, as they would blot out
 * ordinary words
 */
export function secretsIn(text: string, known: readonly string[] = []): SecretSpan[] {
  const found = [
    ...known.filter((value) => value.length >= 8).flatMap((value) => occurrences(text, value)),
    ...spans(text, member, (match) => match[1] ?? "secret"),
    ...spans(text, scheme, () => "authorization"),
    ...spans(text, userInfo, () => "password"),
    ...spans(text, hook, () => "webhook"),
  ].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: SecretSpan[] = [];
  for (const span of found) if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  return kept;
}

/** The second group of each match is the credential. */
function spans(text: string, pattern: RegExp, label: (match: RegExpExecArray) => string): SecretSpan[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const value = match[2] ?? "";
    const start = match.index + match[0].lastIndexOf(value);
    return value === "" ? [] : [{ start, end: start + value.length, label: label(match) }];
  });
}

function occurrences(text: string, value: string): SecretSpan[] {
  const found: SecretSpan[] = [];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length))
    found.push({ start: at, end: at + value.length, label: "secret" });
  return found;
}
