import { type JsonValue } from "../ingest/json.js";
import { execute, type Output } from "./execute.js";
import { type Graph } from "./graph.js";

interface Waiting {
  readonly records: readonly JsonValue[];
  readonly resolve: (outputs: Output[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Runs pipelines on the records of many requests at a time. A program with patterns takes a fifth of a second to
 * compile, and is compiled at every run: the requests that arrived meanwhile share the next one, so that many small
 * requests cost about as much as one large.
 */
export class Gatherer {
  readonly #waiting = new Map<Graph, Waiting[]>();

  constructor(private readonly run: (graph: Graph, records: readonly JsonValue[]) => Output[] = execute) {}

  /** @returns what `execute` gives for these records */
  execute(graph: Graph, records: readonly JsonValue[]): Promise<Output[]> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(graph);
      if (waiting !== undefined) {
        waiting.push({ records, resolve, reject });
        return;
      }
      this.#waiting.set(graph, [{ records, resolve, reject }]);
      // After what has arrived has been read.
      setImmediate(() => this.#flush(graph));
    });
  }

  #flush(graph: Graph): void {
    const waiting = this.#waiting.get(graph) ?? [];
    this.#waiting.delete(graph);
    let outputs: Output[];
    try {
      outputs = this.run(
        graph,
        waiting.flatMap(({ records }) => records),
      );
    } catch (error) {
      if (waiting.length === 1) waiting[0]?.reject(error);
      else for (const one of waiting) this.#alone(graph, one);
      return;
    }
    const shares = waiting.map((): Output[] => []);
    const owners = waiting.flatMap(({ records }, owner) =>
      records.map((_record, index) => ({ owner, index })),
    );
    for (const output of outputs) {
      const at = owners[output.index];
      if (at !== undefined) shares[at.owner]?.push({ ...output, index: at.index });
    }
    waiting.forEach(({ resolve }, owner) => resolve(shares[owner] ?? []));
  }

  /** Only the request whose records cannot be run fails. */
  #alone(graph: Graph, { records, resolve, reject }: Waiting): void {
    try {
      resolve(this.run(graph, records));
    } catch (error) {
      reject(error);
    }
  }
}
