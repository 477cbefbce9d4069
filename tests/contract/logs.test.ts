import {
  applicationLog,
  applicationLogStream,
  commandLog,
  eventLog,
  eventTimeField,
  fieldTraits,
  queryLog,
  streams,
} from "@o2cqrs/contract";
import type { z } from "zod";

type Log = z.ZodObject<Record<string, z.ZodType>>;

const shapeOf = (log: Log) => log.shape;
const valuesOf = (log: Log, name: string) => (shapeOf(log)[name] as z.ZodEnum).options;

describe("the records of a CQRS application", () => {
  it.each([
    ["command", commandLog, ["start", "success", "error"]],
    ["query", queryLog, ["success", "error"]],
    ["event", eventLog, ["published", "handled", "error"]],
  ])("tell how far a %s came", (_bus, log, statuses) => {
    expect(valuesOf(log, "status")).toEqual(statuses);
  });

  it.each([
    ["level", ["DEBUG", "INFO", "WARN", "ERROR"]],
    ["source", ["apiserver", "worker"]],
    ["bus", ["command", "query", "event"]],
  ])("have one of few words for their %s", (name, words) => {
    for (const log of [commandLog, queryLog, eventLog]) expect(valuesOf(log, name)).toEqual(words);
  });

  it("of queries can be found by their key in the cache", () => {
    expect(fieldTraits.get(queryLog.shape.cache_key)?.index).toBe("secondary");
    expect(streams.queries.index).toContain("cache_key");
  });

  it("say when they happened in the field that the server takes its time from", () => {
    expect(eventTimeField).toBe("_timestamp");
  });
});

describe("the lines of an application's own log", () => {
  it("go to a stream of their own, which no dashboard or alert reads", () => {
    expect(applicationLogStream).toBe("cqrs-app");
    expect(Object.values(streams).map(({ name }) => name)).not.toContain(applicationLogStream);
  });

  it("are of no bus, and of a logger that they can be found by", () => {
    expect(Object.keys(applicationLog.shape)).not.toContain("bus");
    const logger = fieldTraits.get(applicationLog.shape.logger.unwrap());
    expect(logger).toMatchObject({ column: "Utf8", index: "secondary" });
    expect(logger?.description).toMatch(/application/);
  });
});
