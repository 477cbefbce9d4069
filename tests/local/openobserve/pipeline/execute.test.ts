import { execute } from "../../../../local/openobserve/pipeline/execute.js";
import { graphOf, takes } from "../../../../local/openobserve/pipeline/graph.js";
import type { PipelineNode, PipelineRecord } from "../../../../local/openobserve/store/records.js";

const node = (id: string, data: PipelineNode["data"]): PipelineNode => ({
  id,
  data,
  position: { x: 0, y: 0 },
  io_type: "default",
});
const stream = (id: string, stream_name: string, stream_type = "logs") =>
  node(id, { node_type: "stream", org_id: "default", stream_name, stream_type });
const fn = (id: string, name: string, after_flatten = true) =>
  node(id, { node_type: "function", name, after_flatten });
const masked = (id: string, value: unknown) =>
  node(id, {
    node_type: "condition",
    version: 2,
    conditions: {
      filterType: "group",
      conditions: [{ filterType: "condition", column: "pii_masked", operator: "=", value }],
    },
  });

const pipeline = (nodes: readonly PipelineNode[], edges: readonly string[]): PipelineRecord => ({
  pipeline_id: "1",
  version: 0,
  enabled: true,
  org: "default",
  name: "p",
  description: "",
  source: { source_type: "realtime", org_id: "default", stream_name: "src", stream_type: "logs" },
  nodes,
  edges: edges.map((edge) => {
    const [source = "", target = ""] = edge.split(">");
    return { id: edge, source, target };
  }),
  paused_at: null,
});

const programs: Readonly<Record<string, string>> = {
  unmark: ".pii_masked = false\n.",
  mask: ".email = replace!(.email, r'^(.).*(@.*)$', \"$1***$2\")\n.pii_masked = true\n.",
  quarantine: '. = { "reason": "not masked" }\n.',
  fails: ".x = to_int!(.n)\n.",
  aborts: "abort",
  nests: '.inner = { "Deep-Key": 1 }\n.',
};

const run = (
  record: PipelineRecord,
  records: readonly Record<string, never>[] | readonly unknown[],
  errors: string[] = [],
) => {
  const graph = graphOf(record, (name) => programs[name]);
  return execute(graph!, records as never, (message) => errors.push(message)).map(
    ({ destination, record: out }) => [destination.name, out],
  );
};

describe("A pipeline", () => {
  it("that fails at run time lets the record through unchanged, and the server notes why", () => {
    const errors: string[] = [];
    const outputs = run(
      pipeline([stream("a", "src"), fn("f", "fails"), stream("o", "dst")], ["a>f", "f>o"]),
      [{ n: "abc" }, { n: "7" }],
      errors,
    );
    expect(outputs).toEqual([
      ["dst", { n: "abc" }],
      ["dst", { n: "7", x: 7 }],
    ]);
    expect(errors).toEqual([expect.stringContaining("Invalid integer")]);
  });

  it("that aborts lets the record through unchanged", () => {
    const outputs = run(
      pipeline([stream("a", "src"), fn("f", "aborts"), stream("o", "dst")], ["a>f", "f>o"]),
      [{ a: 1 }],
    );
    expect(outputs).toEqual([["dst", { a: 1 }]]);
  });

  it("with two functions and a guard masks fail-closed: what could not be masked never reaches the output", () => {
    const guarded = pipeline(
      [
        stream("a", "src"),
        fn("f1", "unmark"),
        fn("f2", "mask"),
        masked("yes", true),
        masked("no", false),
        fn("q", "quarantine"),
        stream("o", "src"),
        stream("d", "quarantine"),
      ],
      ["a>f1", "f1>f2", "f2>yes", "f2>no", "yes>o", "no>q", "q>d"],
    );
    const outputs = run(guarded, [
      { email: "john@example.com" },
      { email: 5 },
      { email: { a: 1 }, pii_masked: true },
      { pii_masked: "true" },
    ]);
    expect(outputs).toEqual([
      ["src", { email: "j***@example.com", pii_masked: true }],
      ["quarantine", { reason: "not masked" }],
      ["quarantine", { reason: "not masked" }],
      ["quarantine", { reason: "not masked" }],
    ]);
  });

  it("gives each of several outputs a record of its own", () => {
    const graph = graphOf(
      pipeline(
        [stream("a", "src"), masked("c", true), stream("o", "one"), stream("p", "two")],
        ["a>c", "c>o", "c>p"],
      ),
      () => undefined,
    );
    const [first, second] = execute(graph!, [{ pii_masked: true }]);
    expect(first?.record).toEqual(second?.record);
    expect(first?.record).not.toBe(second?.record);
  });

  it("flattens what a function has nested before it is stored", () => {
    const outputs = run(
      pipeline([stream("a", "src"), fn("f", "nests"), stream("o", "dst")], ["a>f", "f>o"]),
      [{ a: 1 }],
    );
    expect(outputs).toEqual([["dst", { a: 1, inner_deep_key: 1 }]]);
  });

  it("names its output after the record where the name has placeholders, and rewrites the name", () => {
    const outputs = run(pipeline([stream("a", "src"), stream("o", "{Team}-logs".toLowerCase())], ["a>o"]), [
      { team: "Core" },
      { other: 1 },
    ]);
    expect(outputs).toEqual([["core_logs", { team: "Core" }]]);
    expect(run(pipeline([stream("a", "src"), stream("o", "hy-dst")], ["a>o"]), [{ a: 1 }])[0]?.[0]).toBe(
      "hy_dst",
    );
  });

  it("with a hyphen in the name of its source never matches", () => {
    const key = { organization: "default", type: "logs", name: "hyq_src" } as const;
    const record = pipeline([stream("a", "hyq-src")], []);
    expect(takes({ ...record, source: { ...record.source, stream_name: "hyq-src" } }, key)).toBe(false);
    expect(takes({ ...record, source: { ...record.source, stream_name: "hyq_src" } }, key)).toBe(true);
  });
});
