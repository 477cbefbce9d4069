import { type ChartPanel, type PanelData, type TextPanel } from "./data.js";
import { type DrawChart, panelBody, textBody } from "./panel-picture.js";
import { escaped, rect, text } from "./svg.js";
import { fontFamily, type Theme } from "./theme.js";

/** A panel, with what its queries answered if it has any. */
export type DrawnPanel =
  | { readonly panel: ChartPanel; readonly data: PanelData }
  | { readonly panel: TextPanel; readonly data?: undefined };

/** A dashboard with what its queries answered. */
export interface DashboardPicture {
  readonly title: string;
  readonly description: string;
  readonly tabs: readonly {
    readonly name: string;
    readonly panels: readonly DrawnPanel[];
  }[];
  /** Milliseconds since 1970. */
  readonly range: { readonly start: number; readonly end: number };
}

const width = 1440;
const margin = 16;
const gap = 8;
/** The grid of a dashboard has 192 columns; a row is about 15 pixels high. */
const columnWidth = (width - 2 * margin) / 192;
const rowHeight = 15;
const heading = 66;
const tabHeading = 34;
const panelHeading = 32;

/** A whole dashboard as one SVG document. */
export function dashboardSvg(picture: DashboardPicture, theme: Theme, draw: DrawChart): string {
  const parts: string[] = [
    text(margin, 32, picture.title, { size: 20, fill: theme.text, weight: "bold", width: width * 0.6 }),
    text(margin, 52, picture.description, { size: 12, fill: theme.faint, width: width * 0.8 }),
    text(width - margin, 32, rangeText(picture.range), { size: 12, fill: theme.faint, anchor: "end" }),
  ];
  let top = heading;
  for (const { name, panels } of picture.tabs) {
    if (picture.tabs.length > 1) {
      parts.push(text(margin, top + 20, name, { size: 15, fill: theme.text, weight: "bold" }));
      top += tabHeading;
    }
    for (const panel of panels) parts.push(framed(panel, top, { picture, theme, draw }));
    const rows = Math.max(0, ...panels.map(({ panel: { layout } }) => layout.y + layout.h));
    top += rows * rowHeight + gap;
  }
  const height = top + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}">`,
    `<title>${escaped(picture.title)}</title>`,
    rect({ x: 0, y: 0, width, height }, theme.page),
    ...parts,
    "</svg>",
  ].join("");
}

interface Frame {
  readonly picture: DashboardPicture;
  readonly theme: Theme;
  readonly draw: DrawChart;
}

/** A panel in its place: frame, title, body. */
function framed(drawnPanel: DrawnPanel, top: number, { picture, theme, draw }: Frame): string {
  const { panel, data } = drawnPanel;
  const { layout } = panel;
  const box = {
    x: margin + layout.x * columnWidth + gap / 2,
    y: top + layout.y * rowHeight + gap / 2,
    width: layout.w * columnWidth - gap,
    height: layout.h * rowHeight - gap,
  };
  const body = { width: box.width - gap, height: box.height - panelHeading - gap / 2 };
  const drawn =
    data === undefined
      ? textBody(panel, theme, body)
      : panelBody({ panel, data, theme, range: picture.range, draw, ...body });
  return [
    rect(box, theme.panel, theme.border),
    text(box.x + 12, box.y + 21, panel.title, {
      size: 13,
      fill: theme.text,
      weight: "bold",
      width: box.width - 24,
    }),
    `<svg x="${box.x + gap / 2}" y="${box.y + panelHeading}" width="${body.width}" height="${body.height}" overflow="hidden">${drawn}</svg>`,
  ].join("");
}

function rangeText({ start, end }: DashboardPicture["range"]): string {
  const moment = (time: number) => new Date(time).toISOString().replace("T", " ").slice(0, 16);
  return `${moment(start)} to ${moment(end)} UTC`;
}

/** One HTML page that holds everything, light or dark as its reader prefers. */
export function dashboardHtml(title: string, light: string, dark: string): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escaped(title)}</title>`,
    "<style>body{margin:0;background:#f3f4f6}svg{max-width:100%;height:auto;display:block;margin:auto}",
    ".dark{display:none}@media(prefers-color-scheme:dark){body{background:#111318}.light{display:none}.dark{display:block}}",
    ".dark svg svg,.light svg svg{max-width:none}</style></head><body>",
    `<div class="light">${light}</div><div class="dark">${dark}</div></body></html>`,
  ].join("");
}
