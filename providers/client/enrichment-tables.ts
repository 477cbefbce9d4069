import { z } from "zod";
import { anything } from "./server-answers.js";
import type { Streams } from "./streams.js";
import type { Telemetry } from "./telemetry.js";
import { path, type Transport } from "./transport.js";

/** A row by column; every value is text. */
export type EnrichmentRow = Readonly<Record<string, string>>;

/** Reference data that VRL programs look up. A table is a stream of a type of its own. */
export class EnrichmentTables {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
    private readonly streams: Streams,
    private readonly telemetry: Telemetry,
  ) {}

  /**
   * @param atMost rows to read; one that asks for one more than it expects learns of a table that is larger
   * @returns undefined when there is no such table
   */
  async get(name: string, atMost: number): Promise<EnrichmentRow[] | undefined> {
    const stream = await this.streams.get(name, tableType);
    if (stream === undefined) return undefined;
    const { rows } = await this.telemetry.search(`SELECT * FROM "${name}"`, {
      type: tableType,
      start: 1,
      end: (Date.now() + clockTolerance) * 1_000,
      size: atMost,
    });
    return rows.map((row) => rowSchema.parse(withoutTime(row)));
  }

  /**
   * Replaces all rows, and makes the table if there is none.
   *
   * @param columns in the order in which the table shows them
   * @throws ValidationError while an earlier table of this name is being deleted
   */
  async put(name: string, columns: readonly string[], rows: readonly EnrichmentRow[]): Promise<void> {
    const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))];
    await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/enrichment_tables/${name}`,
      query: { append: false },
      file: { name: "table.csv", type: "text/csv", content: lines.map(csvLine).join("") },
      repeatable: true,
      answer: anything,
    });
  }

  /** Starts the deletion, which ends in the background. One that is gone is no failure. */
  async delete(name: string): Promise<void> {
    await this.streams.delete(name, tableType);
  }
}

const tableType = "enrichment_tables";

/** How far the server's clock may be ahead of this machine's: the rows bear its time. */
const clockTolerance = 86_400_000;

const rowSchema = z.record(z.string(), z.string());

/** The time of the upload is the server's own column. */
const withoutTime = ({ _timestamp, ...row }: Record<string, unknown>): Record<string, unknown> => row;

const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\n`;
