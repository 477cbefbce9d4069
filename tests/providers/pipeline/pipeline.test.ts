import { PipelineProvider } from "../../../providers/pipeline/provider.js";
import { pipelineBody } from "../../../providers/pipeline/rules.js";
import { checked, destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

const marker = "o2cqrs:orders/dev/pipeline";

onEveryServer("A pipeline", (on) => {
  const provider = new PipelineProvider(() => on().server);
  const stored = (id: string) => on().server.pipelines.get(id);
  const named = async (name: string) => (await on().server.pipelines.list()).filter((p) => p.name === name);
  let mask = "";

  beforeAll(async () => {
    mask = unique("mask");
    await on().server.functions.create(mask, '.email = "***"\n.masked = true\n.');
  });

  const masking = (name: string, stream = unique("src")) => ({
    name,
    description: "Masks",
    source: { kind: "stream", stream },
    nodes: {
      mask: { kind: "function", function: mask, from: "source" },
      masked: { kind: "condition", when: { column: "masked", operator: "=", value: true }, from: "mask" },
    },
    outputs: { out: { kind: "stream", stream: `${stream}_out`, from: "masked" } },
    marker,
  });

  test("lives from create to delete, and deploying it again changes nothing", async () => {
    const args = masking(unique("life"));
    const first = await up(provider, args);
    expect(first.state.pipelineId).toBe(first.id);
    expect((await stored(first.id))?.name).toBe(args.name);
    expect((await up(provider, args, first)).did).toBe("none");
    const after = await refresh(provider, first);
    expect(after?.state).toEqual(first.state);
    await destroy(provider, first);
    expect(await refresh(provider, first)).toBeUndefined();
    await destroy(provider, first);
  });

  test("masks the records that are ingested, under the stream's name as the application is told it", async () => {
    const stream = unique("masked-Stream");
    const rewritten = stream.toLowerCase().replace(/-/g, "_");
    const args = {
      ...masking(unique("masking"), stream),
      outputs: { out: { kind: "stream", stream, from: "masked" } },
    };
    await up(provider, args);
    const start = Date.now() * 1000 - 60_000_000;
    await on().server.telemetry.ingest(stream, [{ email: "joe@example.com" }]);
    const { rows } = await on().server.telemetry.search(`SELECT email, masked FROM ${rewritten}`, {
      start,
      end: Date.now() * 1000 + 60_000_000,
    });
    expect(rows).toMatchObject([{ email: "***", masked: true }]);
    expect(rows).toHaveLength(1);
  });

  test("has its name trimmed and lower-cased as the server does", async () => {
    const name = unique("Mask Orders");
    const args = { ...masking(name), name: ` ${name} ` };
    const first = await up(provider, args);
    expect((await stored(first.id))?.name).toBe(name.toLowerCase());
    expect((await up(provider, args, first)).did).toBe("none");
  });

  test("updates every part in place, switched off by a request of its own", async () => {
    const args = masking(unique("update"));
    const first = await up(provider, args);
    const changed = {
      ...args,
      description: "Masks more",
      enabled: false,
      nodes: {
        ...args.nodes,
        masked: {
          kind: "condition",
          when: {
            any: [
              { column: "masked", operator: "=", value: true },
              { column: "level", operator: "contains", value: "x" },
            ],
          },
          from: "mask",
        },
      },
      outputs: {
        ...args.outputs,
        copy: { kind: "stream", stream: unique("copy"), from: ["mask", "source"] },
      },
    };
    const second = await up(provider, changed, first);
    expect(second).toMatchObject({ did: "update", id: first.id });
    expect(second.diff?.diffs).toEqual(
      expect.arrayContaining(["description", "enabled", "outputs.copy", "nodes.masked.when.any"]),
    );
    expect(await stored(first.id)).toMatchObject({
      enabled: false,
      edges: expect.arrayContaining([expect.anything()]),
    });
    const after = await refresh(provider, second);
    expect(after?.state).toEqual(second.state);
    const third = await up(provider, { ...changed, enabled: true }, after);
    expect(third.diff?.diffs).toEqual(["enabled"]);
    expect((await stored(first.id))?.enabled).toBe(true);
  });

  test("changed by hand is found by refresh and repaired", async () => {
    const args = masking(unique("drift"));
    const first = await up(provider, args);
    const byHand = { ...checked(provider, args), description: "by hand", enabled: false, marker };
    const current = await stored(first.id);
    await on().server.pipelines.update(
      first.id,
      current?.version ?? 0,
      pipelineBody(byHand, on().server.organization),
    );
    await on().server.pipelines.setEnabled(first.id, false);
    const drifted = await refresh(provider, first);
    expect(drifted?.state).toMatchObject({ description: "by hand", enabled: false });
    expect((await up(provider, args, drifted)).diff?.diffs).toEqual(["description", "enabled"]);
    expect(await stored(first.id)).toMatchObject({ enabled: true, description: `Masks\n${marker}` });
  });

  test("that someone changes between read and write is read and written once more", async () => {
    const args = masking(unique("race"));
    const first = await up(provider, args);
    const { pipelines, organization } = on().server;
    const read = pipelines.get.bind(pipelines);
    let races = 1;
    const raced = jest.spyOn(pipelines, "get").mockImplementation(async (id) => {
      const current = await read(id);
      if (current !== undefined && races-- > 0) {
        const other = { ...checked(provider, args), description: `by hand ${races}` };
        await pipelines.update(id, current.version, pipelineBody(other, organization));
      }
      return current;
    });
    try {
      await up(provider, { ...args, description: "ours" }, first);
      expect((await read(first.id))?.description).toBe(`ours\n${marker}`);
      races = 2;
      await expect(up(provider, { ...args, description: "lost" }, first)).rejects.toThrow(
        /modified by someone else[\s\S]*changed by someone else twice/,
      );
    } finally {
      raced.mockRestore();
    }
  });

  test("whose create was answered into the void is adopted and never doubled", async () => {
    const args = masking(unique("crash"));
    const first = await up(provider, args);
    const again = await up(provider, { ...args, description: "changed meanwhile" });
    expect(again.id).toBe(first.id);
    expect(await named(args.name)).toHaveLength(1);
  });

  test("drawn by hand is adopted when it does the same, whatever its nodes are called", async () => {
    const args = masking(unique("drawn"));
    const body = pipelineBody(checked(provider, { ...args, marker: undefined }), on().server.organization);
    const drawn = (id: string) => `${id}-4711`;
    await on().server.pipelines.create({
      ...body,
      nodes: body.nodes.map((node) => ({ ...node, id: drawn(node.id), position: { x: 7, y: 7 } })),
      edges: body.edges.map(({ id, source, target }) => ({
        id,
        source: drawn(source),
        target: drawn(target),
      })),
    });
    const [byHand] = await named(args.name);
    expect(byHand?.nodes[0]?.id).toBe("source-4711");
    const adopted = await up(provider, args);
    expect(adopted.id).toBe(byHand?.pipeline_id);
    expect((await stored(adopted.id))?.version).toBe(byHand?.version);
    const after = await refresh(provider, adopted);
    expect((await up(provider, args, after)).did).toBe("none");
  });

  test("that someone else made and that differs is refused until adopt says so", async () => {
    const args = masking(unique("foreign"));
    const body = pipelineBody(
      checked(provider, { ...args, description: "by hand", marker: undefined }),
      on().server.organization,
    );
    await on().server.pipelines.create(body);
    await expect(up(provider, args)).rejects.toThrow(/differs in description[\s\S]*adopt: true/);
    await up(provider, { ...args, adopt: true });
    expect(await named(args.name)).toHaveLength(1);
  });

  test("on a stream that another pipeline reads is refused by that one's name", async () => {
    const stream = unique("taken");
    const first = await up(provider, masking(unique("first"), stream));
    await expect(up(provider, masking(unique("second"), stream))).rejects.toThrow(
      new RegExp(`reads it already.*one realtime pipeline[\\s\\S]*`),
    );
    await destroy(provider, first);
  });

  test("with an unknown function is refused with the server's words", async () => {
    const args = masking(unique("ghost"));
    const nodes = { ...args.nodes, mask: { kind: "function", function: "ghost_fn", from: "source" } };
    await expect(up(provider, { ...args, nodes })).rejects.toThrow(/ghost_fn/);
  });

  test("on a schedule reads back as it was written", async () => {
    const stream = unique("rows");
    await on().server.telemetry.ingest(stream, [{ n: 1 }]);
    const args = {
      name: unique("scheduled"),
      source: {
        kind: "sql",
        sql: `SELECT MAX(_timestamp) AS _timestamp, count(*) AS n FROM ${stream}`,
        periodMinutes: 5,
      },
      outputs: { out: { kind: "stream", stream: unique("derived"), from: "source" } },
      marker,
    };
    const first = await up(provider, args);
    const after = await refresh(provider, first);
    expect((await up(provider, args, after)).did).toBe("none");
    const second = await up(provider, { ...args, source: { ...args.source, frequencyMinutes: 1 } }, after);
    expect(second.did).toBe("update");
    await destroy(provider, second);
  });
});

describe("A pipeline's graph", () => {
  const provider = new PipelineProvider();
  const out = (from: string | string[]) => ({ kind: "stream", stream: "out", from });
  const fn = (from: string | string[]) => ({ kind: "function", function: "f", from });
  const refused = (nodes: object, outputs: object) =>
    failures(provider, { name: "p", source: { kind: "stream", stream: "s" }, nodes, outputs });

  test("has no name that means nothing", () => {
    expect(refused({}, { a: out("ghost") })).toEqual(["outputs.a.from: there is no node ghost"]);
    expect(refused({ n: fn("a") }, { a: out("n") })).toEqual([
      "nodes.n.from: a is an output, where records end",
    ]);
  });

  test("has no name that means two things", () => {
    expect(refused({ n: fn("source") }, { n: out("source") })).toEqual([
      "outputs.n: n is the name of a node too",
    ]);
    expect(refused({ source: fn("source") }, { a: out("source") })).toEqual([
      "nodes.source: the name is the name of the pipeline's source",
    ]);
  });

  test("has no circle", () => {
    expect(refused({ a: fn(["source", "c"]), b: fn("a"), c: fn("b") }, { o: out("c") })).toEqual([
      expect.stringMatching(
        /^nodes\.(a|b|c)\.from: records would go in a circle: (a → b → c → a|b → c → a → b|c → a → b → c)$/,
      ),
    ]);
  });

  test("has no node whose records end nowhere", () => {
    expect(refused({ a: fn("source"), b: fn("source") }, { o: out("a") })).toEqual([
      "nodes.b: its records end nowhere: let an output come from it",
    ]);
    expect(refused({}, {})).toEqual(["outputs: needs at least one output"]);
  });

  test("becomes nodes, edges, io types and positions that do not overlap", () => {
    const inputs = checked(provider, {
      name: "p",
      source: { kind: "stream", stream: "s" },
      nodes: { a: fn("source"), b: fn("source") },
      outputs: { x: out(["a", "b"]), y: { ...out("b"), stream: "other" } },
    });
    const { nodes, edges, source } = pipelineBody(inputs, "default");
    expect(source).toEqual({
      source_type: "realtime",
      org_id: "default",
      stream_name: "s",
      stream_type: "logs",
    });
    expect(nodes.map(({ id, io_type }) => `${id}:${io_type}`)).toEqual([
      "source:input",
      "a:default",
      "b:default",
      "x:output",
      "y:output",
    ]);
    expect(edges.map(({ id }) => id)).toEqual(["esource-a", "esource-b", "ea-x", "eb-x", "eb-y"]);
    expect(new Set(nodes.map(({ position }) => JSON.stringify(position))).size).toBe(nodes.length);
  });
});

describe("A pipeline's arguments", () => {
  test("want a scheduled query to select _timestamp", () => {
    expect(
      failures(new PipelineProvider(), {
        name: "p",
        source: { kind: "sql", sql: "SELECT count(*) AS c FROM s", periodMinutes: 5 },
        outputs: { o: { kind: "stream", stream: "out", from: "source" } },
      }),
    ).toEqual([expect.stringMatching(/^source\.sql: must select _timestamp/)]);
  });
});
