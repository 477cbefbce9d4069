import Table from "cli-table3";
import { visibleText } from "./visible-text.js";

/** A part of a cell in a colour. */
export interface Painted {
  readonly text: string;
  readonly paint: (text: string) => string;
}

/** Colours are not part of a cell's text, which may come from anywhere and is shown as it is. */
export type Cell = string | Painted | readonly (string | Painted)[];

/** Rows under a head, without vertical rules; the cells of a last column longer than the terminal wrap. */
export function renderTable(
  head: readonly string[],
  cells: readonly (readonly Cell[])[],
  width = 120,
): string {
  const rows = cells.map((row) => row.map(shown));
  const widths = head.map((title, column) =>
    Math.max(visibleLength(title), ...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
  const gap = 2;
  const others = widths.slice(0, -1).reduce((sum, each) => sum + each + gap, 0);
  const last = Math.max(24, Math.min(widths.at(-1) ?? 0, width - others));
  const table = new Table({
    head: [...head],
    colWidths: [...widths.slice(0, -1), last].map((each) => each + gap),
    wordWrap: true,
    style: { head: [], border: [], "padding-left": 0, "padding-right": gap },
    chars: {
      ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
      ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
      ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
    },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function shown(cell: Cell): string {
  if (typeof cell === "string") return visibleText(cell);
  if ("paint" in cell) return cell.paint(visibleText(cell.text));
  return cell.map(shown).join("");
}

/** Length as it is seen: colour codes take no room. */
function visibleLength(text: string): number {
  return Math.max(
    ...text
      .replace(/\u001b\[[0-9;]*m/g, "")
      .split("\n")
      .map((line) => line.length),
  );
}
