import { streams } from "@o2cqrs/contract";
import { type AlertRow, type TimeWindow } from "@o2cqrs/local-openobserve/alerts";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { type AlertTest } from "./case-file.js";

/** A record as it arrived; the time in milliseconds. */
export interface ArrivedRecord {
  readonly stream: string;
  readonly at: number;
  readonly record: Readonly<Record<string, string | number | boolean>>;
}

/** Every record of a case, in the order of arrival. */
export const recordsOf = ({ input_records }: AlertTest): ArrivedRecord[] =>
  input_records
    .flatMap(({ stream, at, every, count, record }) =>
      Array.from({ length: count }, (_, index) => ({ stream, at: at + index * every, record })),
    )
    .sort((one, other) => one.at - other.at);

const columnTypes = { Utf8: "VARCHAR", Int64: "BIGINT", Float64: "DOUBLE", Boolean: "BOOLEAN" } as const;

const logStreams = Object.values(streams).filter(({ type }) => type === "logs");

const quoted = (name: string): string => `"${name.replace(/"/g, '""')}"`;

/** The log streams in memory, with the columns of the contract, for the SQL of alerts. */
export class RecordStore {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  static async open(): Promise<RecordStore> {
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await instance.connect();
    await connection.run("CREATE SCHEMA arrived");
    for (const { storedName, fields } of logStreams) {
      const columns = fields.map(({ columnName, column }) => `${quoted(columnName)} ${columnTypes[column]}`);
      await connection.run(
        `CREATE TABLE arrived.${quoted(storedName)} (${["_timestamp BIGINT", ...columns].join(", ")})`,
      );
    }
    return new RecordStore(instance, connection);
  }

  /** Forgets what was there and holds these. */
  async fill(records: readonly ArrivedRecord[]): Promise<void> {
    for (const { name, storedName } of logStreams) {
      await this.connection.run(`DELETE FROM arrived.${quoted(storedName)}`);
      for (const { at, record } of records.filter(({ stream }) => stream === name)) {
        const columns = ["_timestamp", ...Object.keys(record)].map(quoted).join(", ");
        const values = [BigInt(at * 1000), ...Object.values(record)];
        const places = values.map((_, index) => `$${index + 1}`).join(", ");
        await this.connection.run(
          `INSERT INTO arrived.${quoted(storedName)} (${columns}) VALUES (${places})`,
          values,
        );
      }
    }
  }

  /** Runs a query over the records of a window, as the server does: its end is left out. */
  async query(sql: string, { start, end }: TimeWindow, limit: number): Promise<AlertRow[]> {
    for (const { storedName } of logStreams) {
      const name = quoted(storedName);
      await this.connection.run(
        `CREATE OR REPLACE TEMP VIEW ${name} AS FROM arrived.${name} WHERE _timestamp >= ${start} AND _timestamp < ${end}`,
      );
    }
    // The time is the window's end, as the server evaluates at it, not the time of the test.
    await this.connection.run(`CREATE OR REPLACE TEMP MACRO now() AS make_timestamp(${end})`);
    const result = await this.connection.runAndReadAll(`FROM (${sql}) LIMIT ${limit}`);
    return result.getRowObjectsJS();
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}
