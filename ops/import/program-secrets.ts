import { SafeNames } from "./names.js";
import { type FoundKind } from "./finding.js";
import { secretsIn } from "./secrets.js";
import { Expression, literal } from "./source-text.js";

/** A credential that the program reads from its config. */
export interface SecretSetting {
  /** Key in the program's config, without its namespace. */
  readonly key: string;
  /** Whose it is: `url of destination oncall`. */
  readonly what: string;
  /** Whether the value is an object, as headers are. */
  readonly structured: boolean;
}

/** Takes credentials out of a program; in their place it reads config keys. */
export class ProgramSecrets {
  readonly #known: readonly string[];
  readonly #names = new SafeNames();
  readonly #settings: SecretSetting[] = [];

  /** @param known values that are secret wherever they stand */
  constructor(known: readonly string[]) {
    this.#known = known;
  }

  get settings(): readonly SecretSetting[] {
    return this.#settings;
  }

  get count(): number {
    return this.#settings.length;
  }

  /** Arguments that are secret as a whole: a receiver's address and its headers, a person's password. */
  takeOut(
    constant: string,
    kind: FoundKind,
    name: string,
    args: Readonly<Record<string, unknown>>,
  ): Record<string, unknown> {
    if (kind === "User") {
      const password = this.#setting(`${constant} password`, `password of user ${name}, as it is`, false);
      return { ...args, password: required(password) };
    }
    if (!isReceiver(kind) || typeof args.url !== "string") return { ...args };
    const url = this.#setting(`${constant} url`, `url of destination ${name}`, false);
    if (args.headers === undefined) return { ...args, url: required(url) };
    const headers = this.#setting(`${constant} headers`, `headers of destination ${name}`, true);
    const object = `config.requireSecretObject<Record<string, string>>(${literal(headers)})`;
    return { ...args, url: required(url), headers: new Expression(object) };
  }

  /** A text that holds credentials, put together from what is around them and config keys. */
  write(text: string, constant: string, name: string): Expression | undefined {
    const spans = secretsIn(text, this.#known);
    if (spans.length === 0) return undefined;
    const parts: string[] = [];
    let at = 0;
    for (const { start, end, label } of spans) {
      if (start > at) parts.push(literal(text.slice(at, start)));
      parts.push(required(this.#setting(`${constant} ${label}`, `${label} in ${name}`, false)).text);
      at = end;
    }
    if (at < text.length) parts.push(literal(text.slice(at)));
    return new Expression(`concat(${parts.join(", ")})`);
  }

  #setting(text: string, what: string, structured: boolean): string {
    const key = this.#names.constant(text, "secret");
    this.#settings.push({ key, what, structured });
    return key;
  }
}

/** Kinds whose address is a credential. */
export const isReceiver = (kind: FoundKind): boolean =>
  kind === "AlertDestination" || kind === "PipelineDestination";

const required = (key: string) => new Expression(`config.requireSecret(${literal(key)})`);
