/** Text as it may stand in SVG and HTML. Control characters, which XML has no way to write, are dropped. */
export const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly weight?: "bold";
  readonly anchor?: "middle" | "end";
  /** Most pixels; what is longer is cut, and said to be by an ellipsis. */
  readonly width?: number;
}

/** A line of text, its baseline at `y`. */
export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, fill, weight, anchor, width } = style;
  const shown = width === undefined ? content : cut(content, width, size);
  const attributes = [
    `x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}"`,
    weight === undefined ? "" : ` font-weight="${weight}"`,
    anchor === undefined ? "" : ` text-anchor="${anchor}"`,
  ];
  return `<text ${attributes.join("")}>${escaped(shown)}</text>`;
}

export function rect(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  fill: string,
  stroke?: string,
): string {
  const line = stroke === undefined ? "" : ` stroke="${stroke}" rx="6"`;
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"${line}/>`;
}

/** Width of an average character of the fonts that are used, as a share of their size. */
const characterWidth = 0.61;

export const textWidth = (content: string, size: number): number =>
  Array.from(content).length * size * characterWidth;

/** As much of a text as fits, with an ellipsis where something is missing. */
export function cut(content: string, width: number, size: number): string {
  const characters = Array.from(content);
  const most = Math.max(1, Math.floor(width / (size * characterWidth)));
  return characters.length <= most ? content : `${characters.slice(0, most - 1).join("")}…`;
}

/** The lines of a text within a width, broken between words where that is possible. */
export function wrapped(content: string, width: number, size: number, mostLines: number): string[] {
  const most = Math.max(1, Math.floor(width / (size * characterWidth)));
  const lines = content.split(/\s+/).reduce<string[]>((done, word) => {
    const last = done.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      return [...done.slice(0, -1), `${last} ${word}`];
    return [...done, ...(word.match(new RegExp(`.{1,${most}}`, "gu")) ?? [])];
  }, []);
  const rest = lines.slice(mostLines - 1).join(" ");
  return lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), cut(rest, width, size)];
}

const round = (value: number): number => Math.round(value * 100) / 100;
