/**
 * What would drive a terminal instead of being shown: control characters (C0, DEL, C1) but tabs and line ends, those
 * that turn the direction of writing, and the two line ends that only some know.
 */
const driving =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g;

/** Colours as this program writes them: one number, none that hides or blinks. */
const ownColour = /\u001b\[(?:[0-4]|2[2-4]|3[0-79]|9[0-7])m/;

const escaped = (text: string): string =>
  text.replace(driving, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

export interface VisibleTextOptions {
  /** Whether the text holds colours of this program's already, which stay. Default false. */
  readonly coloured?: boolean;
}

/**
 * Text from anywhere as a terminal or a page may be given it: nothing in it moves the cursor, rings, colours or turns
 * what stands beside it. What would is written as an escape, which in JSON means the same.
 */
export function visibleText(text: string, { coloured = false }: VisibleTextOptions = {}): string {
  const unix = text.replaceAll("\r\n", "\n");
  if (!coloured) return escaped(unix);
  return unix
    .split(new RegExp(`(${ownColour.source})`))
    .map((part, index) => (index % 2 === 1 ? part : escaped(part)))
    .join("");
}

/** The same for what is one line: what comes from elsewhere cannot begin another. */
export const visibleLine = (text: string): string => visibleText(text.replace(/\n\s*/g, " "));
