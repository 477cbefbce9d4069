import { runVrl } from "../../../../local/openobserve/vrl/run.js";
import { runVrlBatch } from "../../../../local/openobserve/vrl/run-batch.js";

const programs = {
  "sets a field": `.seen = true\n.`,
  "keeps variables from one record out of the next": `if exists(.n) { kept = "yes" } else { kept = "no" }\n.kept = kept\n.`,
  "replaces the record": `. = {"n": .n}\n.`,
  "fails on some records": `.length = length!(.n)\n.`,
  "gives up on some records": `if .n == 3 { abort }\n.`,
  "ends early on some records": `if .n == 3 { return {} }\n.`,
  deletes: `del(.text)\n.`,
  "walks through the record": `. = map_values(., recursive: true) -> |v| { if is_string(v) { upcase(string!(v)) } else { v } }\n.`,
};

const records: unknown[] = [
  { n: 1, text: "a" },
  { n: "two", text: "b", nested: { text: "c" } },
  { n: 3 },
  { text: "none" },
  {},
  { n: 9007199254740993n, text: "large" },
  { n: ["list"] },
];

describe("a program run on many records at once", () => {
  test.each(Object.entries(programs))("gives what it gives on each alone when it %s", (_what, program) => {
    expect(runVrlBatch(program, records)).toEqual(records.map((record) => runVrl(program, record)));
  });

  test("gives what it gives on each alone when a record is no object", () => {
    const mixed = [...records, "text", null];
    expect(runVrlBatch(".", mixed)).toEqual(mixed.map((record) => runVrl(".", record)));
  });

  test("keeps the order of more records than fit into one loop", () => {
    const many = Array.from({ length: 501 }, (_, n) => ({ n }));
    const seen = runVrlBatch(".", many).map((run) => (run.ok ? (run.event as { n: number }).n : undefined));
    expect(seen).toEqual(many.map(({ n }) => n));
  });
});
