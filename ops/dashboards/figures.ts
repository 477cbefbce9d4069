import { type Unit } from "@o2cqrs/providers";

/** How a value reads: `1.2 s`, `43.1%`, `12,400`. */
export function figureText(value: number, unit?: Unit, decimals?: number): string {
  const digits = decimals ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 3);
  const plain = (number: number, places = digits) =>
    number.toLocaleString("en-GB", { maximumFractionDigits: places, minimumFractionDigits: 0 });
  if (typeof unit === "object") return `${plain(value)} ${unit.custom}`;
  switch (unit) {
    case "percent-1":
      return `${plain(value * 100, decimals ?? 1)}%`;
    case "percent":
      return `${plain(value, decimals ?? 1)}%`;
    case "milliseconds":
      return Math.abs(value) >= 1000 ? `${plain(value / 1000, 2)} s` : `${plain(value)} ms`;
    case "microseconds":
      return `${plain(value)} µs`;
    case "nanoseconds":
      return `${plain(value)} ns`;
    case "seconds":
      return `${plain(value)} s`;
    case "bytes":
      return byteText(value);
    case "kilobytes":
      return byteText(value * 1024);
    case "megabytes":
      return byteText(value * 1024 ** 2);
    case "bps":
      return `${plain(value)} bit/s`;
    default:
      return plain(value);
  }
}

function byteText(value: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = value === 0 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(Math.abs(value)) / 10));
  return `${Number((value / 1024 ** step).toFixed(1))} ${names[step] ?? "B"}`;
}

/** A cell of a table: numbers as figures, the server's microseconds as a time. */
export function cellText(column: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (column === "_timestamp" && typeof value === "number")
    return new Date(value / 1000).toISOString().replace("T", " ").slice(0, 19);
  if (typeof value === "number") return figureText(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A moment as the server writes intervals: UTC, with or without a Z. */
export const momentOf = (value: unknown): number =>
  typeof value === "number" ? value / 1000 : Date.parse(`${String(value).replace(/Z$/, "")}Z`);
