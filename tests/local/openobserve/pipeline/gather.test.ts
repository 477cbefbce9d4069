import { Gatherer } from "../../../../local/openobserve/pipeline/gather.js";
import { type Output } from "../../../../local/openobserve/pipeline/execute.js";
import { type Graph } from "../../../../local/openobserve/pipeline/graph.js";

const graph = (): Graph => ({ source: { kind: "source", next: [] }, destinations: [] });
const destination = { type: "logs", name: "s" } as const;

/** A pipeline that writes every record twice, but none that says `drop`, and fails on `fail`. */
function twice(runs: unknown[][]) {
  return (_graph: Graph, records: readonly unknown[]): Output[] => {
    runs.push([...records]);
    if (records.includes("fail")) throw new Error("cannot be run");
    return records.flatMap((record, index) =>
      record === "drop"
        ? []
        : [0, 1].map((copy) => ({ destination, record: { record, copy } as never, index })),
    );
  };
}

const told = (outputs: Output[]) =>
  outputs.map(({ record, index }) => `${String(record.record)} of ${index}`);

describe("Requests for one pipeline that arrive together", () => {
  it("run together, and each gets what comes of its own records, counted from its own first", async () => {
    const runs: unknown[][] = [];
    const gatherer = new Gatherer(twice(runs));
    const one = graph();
    const answers = await Promise.all([
      gatherer.execute(one, ["a", "drop"]),
      gatherer.execute(one, []),
      gatherer.execute(one, ["drop", "b"]),
    ]);
    expect(runs).toEqual([["a", "drop", "drop", "b"]]);
    expect(answers.map(told)).toEqual([["a of 0", "a of 0"], [], ["b of 1", "b of 1"]]);
  });

  it("do not mix with those for another pipeline", async () => {
    const runs: unknown[][] = [];
    const gatherer = new Gatherer(twice(runs));
    await Promise.all([gatherer.execute(graph(), ["a"]), gatherer.execute(graph(), ["b"])]);
    expect(runs).toEqual([["a"], ["b"]]);
  });

  it("run alone when they cannot be run together, so that only the one at fault fails", async () => {
    const gatherer = new Gatherer(twice([]));
    const one = graph();
    const [good, bad] = await Promise.allSettled([
      gatherer.execute(one, ["a"]),
      gatherer.execute(one, ["fail"]),
    ]);
    expect(good).toMatchObject({ status: "fulfilled" });
    expect(bad).toMatchObject({ status: "rejected", reason: new Error("cannot be run") });
  });

  it("wait for none that arrives later", async () => {
    const runs: unknown[][] = [];
    const gatherer = new Gatherer(twice(runs));
    const one = graph();
    await gatherer.execute(one, ["a"]);
    await gatherer.execute(one, ["b"]);
    expect(runs).toEqual([["a"], ["b"]]);
  });
});
