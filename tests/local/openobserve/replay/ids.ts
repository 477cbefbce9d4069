/**
 * The server under test gives other ids than the recorded one. The pairs are learned where a recorded and an actual
 * answer hold an id in the same place, and every later request and answer is translated.
 */
export class IdMap {
  readonly #actual = new Map<string, string>();

  /** The first pair of an id stays. */
  learn(recorded: unknown, actual: unknown): void {
    if (Array.isArray(recorded) && Array.isArray(actual)) {
      recorded.forEach((each, index) => this.learn(each, actual[index]));
    } else if (isObject(recorded) && isObject(actual)) {
      for (const [key, each] of Object.entries(recorded)) {
        if (idKeys.has(key) && isId(each) && isId(actual[key])) this.pair(each, actual[key]);
        else this.learn(each, actual[key]);
      }
    }
  }

  pair(recorded: string, actual: string): void {
    if (this.#actual.has(recorded)) return;
    this.#actual.set(recorded, actual);
  }

  /** From now on this recorded id stands for another object. */
  replace(recorded: string, actual: string): void {
    this.#actual.set(recorded, actual);
  }

  /** A recorded text as the server under test would put it. */
  toActual(text: string): string {
    return text.replace(anyId, (id) => this.#actual.get(id) ?? id);
  }

  /** A recorded answer likewise. */
  valueToActual(value: unknown): unknown {
    return value === undefined ? undefined : JSON.parse(this.toActual(JSON.stringify(value)));
  }
}

/** Snowflakes and dashboard hashes are numbers as text, KSUIDs are 27 letters and digits. */
const idPattern = String.raw`\b(?:\d{15,20}|[0-9A-Za-z]{27})\b`;
const anyId = new RegExp(idPattern, "g");
const wholeId = new RegExp(`^${idPattern}$`);

const isId = (value: unknown): value is string => typeof value === "string" && wholeId.test(value);

const idKeys = new Set([
  "id",
  "alert_id",
  "pipeline_id",
  "dashboardId",
  "dashboard_id",
  "folderId",
  "folder_id",
  "view_id",
  "identifier",
  "hash",
]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
