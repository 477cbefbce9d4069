/** Words that cannot name a constant in a module. */
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package " +
    "private protected public return static super switch this throw true try typeof undefined var void while " +
    "with yield async of"
  ).split(" "),
);

/** Names that Windows keeps for devices, whatever their extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)$/;

const longest = 60;

/** The words of a name that the server gave: ASCII letters and digits only, whatever else stands in it. */
function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "");
  const words = plain.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? [];
  const kept: string[] = [];
  let length = 0;
  for (const word of words) {
    length += word.length + 1;
    if (length > longest) break;
    kept.push(word.toLowerCase());
  }
  return kept;
}

/**
 * Names for constants and files, made of names that come from a server and may hold anything: slashes, quotes,
 * other scripts, nothing at all. Each that is given is safe as it is, and given once.
 */
export class SafeNames {
  readonly #given = new Set<string>();

  /** @param taken names that are in use already */
  constructor(taken: readonly string[] = []) {
    for (const name of taken) this.#given.add(name.toLowerCase());
  }

  /** A constant in camel case: `cqrsCommands`. @param fallback where the name has no usable character */
  constant(text: string, fallback: string): string {
    const words = wordsOf(text);
    const camel = (words.length === 0 ? [fallback] : words)
      .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
      .join("");
    const name = /^\d/.test(camel) || reserved.has(camel) ? `_${camel}` : camel;
    return this.#unique(name, "");
  }

  /** A file's name without extension, in kebab case: `cqrs-commands`. */
  file(text: string, fallback: string): string {
    const words = wordsOf(text);
    const kebab = words.length === 0 ? fallback : words.join("-");
    return this.#unique(devices.test(kebab) ? `${kebab}-file` : kebab, "-");
  }

  /** Two names that differ in case only are one file on some systems. */
  #unique(name: string, joint: string): string {
    let candidate = name;
    for (let i = 2; this.#given.has(candidate.toLowerCase()); i++) candidate = `${name}${joint}${i}`;
    this.#given.add(candidate.toLowerCase());
    return candidate;
  }
}
