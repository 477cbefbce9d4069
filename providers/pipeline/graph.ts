import type { PipelineInputs } from "./args.js";

/** The name by which `from` refers to the pipeline's source. */
export const sourceName = "source";

type Graph = Pick<PipelineInputs, "nodes" | "outputs">;

/** Something wrong with a graph, at a property. */
export interface GraphProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Every node and output with the names that its records come from. */
function upstreamOf({ nodes, outputs }: Graph): Map<string, readonly string[]> {
  return new Map(
    [...Object.entries(nodes), ...Object.entries(outputs)].map(([name, { from }]) => [name, from]),
  );
}

/**
 * What is wrong with a graph: names that mean nothing or two things, cycles, nodes that no record reaches, and
 * nodes whose records end nowhere. Empty when the graph is sound.
 */
export function problemsOf(graph: Graph): GraphProblem[] {
  const { nodes, outputs } = graph;
  const ambiguous = Object.keys(outputs).filter((name) => name in nodes);
  if (ambiguous.length > 0)
    return ambiguous.map((name) => ({
      path: ["outputs", name],
      message: `${name} is the name of a node too`,
    }));

  const members = [
    ...Object.entries(nodes).map(([name, { from }]) => ({ path: ["nodes", name], from })),
    ...Object.entries(outputs).map(([name, { from }]) => ({ path: ["outputs", name], from })),
  ];
  const unknown = members.flatMap(({ path, from }) =>
    from
      .filter((origin) => origin !== sourceName && !(origin in nodes))
      .map((origin) => ({
        path: [...path, "from"],
        message:
          origin in outputs ? `${origin} is an output, where records end` : `there is no node ${origin}`,
      })),
  );
  if (unknown.length > 0) return unknown;

  const cycle = cycleIn(graph);
  if (cycle !== undefined)
    return [
      {
        path: ["nodes", cycle[0] ?? "", "from"],
        message: `records would go in a circle: ${cycle.join(" → ")}`,
      },
    ];

  const used = new Set(members.flatMap(({ from }) => from));
  return Object.keys(nodes)
    .filter((name) => !used.has(name))
    .map((name) => ({
      path: ["nodes", name],
      message: "its records end nowhere: let an output come from it",
    }));
}

/** A way round through the nodes, from and to the same one. With sound names, whatever is not on or behind a
 * circle is reached from the source. */
function cycleIn({ nodes }: Graph): string[] | undefined {
  const done = new Set<string>([sourceName]);
  const walk = (name: string, way: readonly string[]): string[] | undefined => {
    if (done.has(name)) return undefined;
    const before = way.indexOf(name);
    if (before >= 0) return [...way.slice(before), name].reverse();
    for (const origin of nodes[name]?.from ?? []) {
      const cycle = walk(origin, [...way, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(nodes)) {
    const cycle = walk(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Distance between neighbours in the user interface's drawing. */
const columnWidth = 250;
const rowHeight = 150;

/** Where each node is drawn: a row further down than the lowest that it comes from, side by side in a row. */
export function positionsOf(graph: Graph): Map<string, { x: number; y: number }> {
  const upstream = upstreamOf(graph);
  const rows = new Map<string, number>([[sourceName, 0]]);
  const rowOf = (name: string): number => {
    const known = rows.get(name);
    if (known !== undefined) return known;
    const row = 1 + Math.max(...(upstream.get(name) ?? [sourceName]).map(rowOf));
    rows.set(name, row);
    return row;
  };
  const inRow = new Map<number, number>();
  const place = (name: string): [string, { x: number; y: number }] => {
    const row = rowOf(name);
    const column = inRow.get(row) ?? 0;
    inRow.set(row, column + 1);
    return [name, { x: 100 + column * columnWidth, y: 50 + row * rowHeight }];
  };
  return new Map([sourceName, ...upstream.keys()].map(place));
}

/** Every way that records take, in the order of the graph. */
export function edgesOf(graph: Graph): { from: string; to: string }[] {
  return [...upstreamOf(graph)].flatMap(([to, from]) => from.map((origin) => ({ from: origin, to })));
}

/**
 * The graph without its names: what each output does with which records, from the source on. Two graphs with
 * the same form do the same, whatever their nodes are called.
 */
export function formOf(graph: Graph): string[] {
  const upstream = upstreamOf(graph);
  const form = (name: string, depth: number): string => {
    const member = graph.nodes[name] ?? graph.outputs[name];
    // A graph that someone drew by hand may be circular.
    if (member === undefined || depth > upstream.size) return name;
    const { from, ...own } = member;
    return sortedJson([own, from.map((origin) => form(origin, depth + 1)).sort()]);
  };
  return Object.keys(graph.outputs)
    .map((name) => form(name, 0))
    .sort();
}

/** JSON that does not depend on the order of keys. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
