/**
 * What a deploy costs beyond what Pulumi itself does: first and no-change deploys of the CQRS configuration, and of
 * 300 streams, each beside dynamic resources that do nothing, in turn. With the embedded engine, and with the
 * Pulumi CLI when it is on the PATH. Aims: at most 1.3 times the resources that do nothing, under 2 KB of
 * `__provider` a resource, and one request for every stream that a refresh reads.
 *
 * There are two baselines. `firstDeployRatio` and `noChangeRatio` are against as many resources as small as can be:
 * all made at once, each with a name for its inputs. Pulumi itself takes longer for a stack whose resources are
 * larger and wait for each other, so `sameGraph` tells the ratios against resources that do nothing under the same
 * components, with the same dependencies and the same inputs.
 *
 * `BENCH_STREAMS` and `BENCH_ROUNDS` set how many streams and rounds; of several rounds the best counts.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedEngine } from "./up/embedded-engine.js";
import { pulumiCli } from "./up/pulumi-cli.js";
import type { GraphNode } from "./up/graph.js";
import type { Deployment, Engine, Project } from "./up/project.js";
import { type CountingProxy, startCountingProxy } from "./servers/counting-proxy.js";
import { password, startEmbeddedServer, user } from "./servers/embedded.js";

const streams = Number(process.env.BENCH_STREAMS ?? 300);
const rounds = Number(process.env.BENCH_ROUNDS ?? 2);

const root = process.cwd();
const env = { O2CQRS_USER: user, O2CQRS_PASSWORD: password };

const cqrs: Project = {
  directory: root,
  name: "o2cqrs",
  config: {
    "o2cqrs:target": "existing",
    "o2cqrs:environment": "dev",
    "o2cqrs:serviceName": "orders",
  },
  secrets: { "o2cqrs:webhookUrl": "https://hooks.example.com/cqrs" },
};
const streamsProject: Project = {
  directory: join(root, "bench", "up", "streams"),
  name: "bench-streams",
  config: { "bench-streams:count": String(streams) },
};
const noop = (count: number): Project => ({
  directory: join(root, "bench", "up", "noop"),
  name: "bench-noop",
  config: { "bench-noop:count": String(count) },
});
/** @param file that the graph is written to */
function sameGraph(graph: readonly GraphNode[], file: string): Project {
  writeFileSync(file, JSON.stringify(graph));
  return {
    directory: join(root, "bench", "up", "same-graph"),
    name: "bench-same-graph",
    config: { "bench-same-graph:graph": file },
  };
}

interface Figures {
  readonly first: Deployment;
  readonly noChange: Deployment;
  readonly firstRequests: number;
  readonly noChangeRequests: number;
  readonly refreshRequests: number;
}

/** Deploys a project twice, reads it back, and destroys it. */
async function story(engine: Engine, project: Project, proxy: CountingProxy): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "o2cqrs-bench-up-"));
  const url = proxy.url;
  const stack = await engine.open(project, folder, { ...env, O2CQRS_URL: url });
  try {
    proxy.reset();
    const first = await stack.up();
    const firstRequests = proxy.reset();
    const noChange = await stack.up();
    const noChangeRequests = proxy.reset();
    await stack.refresh();
    const refreshRequests = proxy.reset();
    return { first, noChange, firstRequests, noChangeRequests, refreshRequests };
  } finally {
    await stack.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The project and its two baselines in turn, as often as there are rounds. */
async function compare(engine: Engine, project: Project, proxy: CountingProxy) {
  const subject: Figures[] = [];
  const smallest: Figures[] = [];
  const alike: Figures[] = [];
  const folder = mkdtempSync(join(tmpdir(), "o2cqrs-bench-graph-"));
  for (let round = 0; round < rounds; round++) {
    const figures = await story(engine, project, proxy);
    subject.push(figures);
    smallest.push(await story(engine, noop(figures.first.resources), proxy));
    alike.push(await story(engine, sameGraph(figures.first.graph, join(folder, "graph.json")), proxy));
  }
  rmSync(folder, { recursive: true, force: true });
  const best = (all: Figures[], which: "first" | "noChange") =>
    Math.min(...all.map((one) => one[which].seconds));
  const [measured] = subject as [Figures, ...Figures[]];
  const row = {
    engine: engine.title,
    project: project.name,
    resources: measured.first.resources,
    firstSeconds: best(subject, "first"),
    firstBaselineSeconds: best(smallest, "first"),
    firstSameGraphSeconds: best(alike, "first"),
    noChangeSeconds: best(subject, "noChange"),
    noChangeBaselineSeconds: best(smallest, "noChange"),
    noChangeSameGraphSeconds: best(alike, "noChange"),
    requestsFirst: measured.firstRequests,
    requestsNoChange: measured.noChangeRequests,
    requestsRefresh: measured.refreshRequests,
    stateBytesPerResource: Math.round(measured.first.stateBytes / measured.first.resources),
    providerBytesPerResource: Math.round(measured.first.providerBytes / measured.first.resources),
  };
  console.log(
    `${row.engine}, ${row.project} (${row.resources} resources): first ${row.firstSeconds.toFixed(2)} s ` +
      `(nothing: ${row.firstBaselineSeconds.toFixed(2)} s, of the same graph: ` +
      `${row.firstSameGraphSeconds.toFixed(2)} s), no change ${row.noChangeSeconds.toFixed(2)} s ` +
      `(nothing: ${row.noChangeBaselineSeconds.toFixed(2)} s, of the same graph: ` +
      `${row.noChangeSameGraphSeconds.toFixed(2)} s); requests: first ${row.requestsFirst}, ` +
      `no change ${row.requestsNoChange}, refresh ${row.requestsRefresh}; state ${row.stateBytesPerResource} B a ` +
      `resource, of it ${row.providerBytesPerResource} B __provider`,
  );
  return row;
}

async function main(): Promise<void> {
  const server = await startEmbeddedServer();
  const proxy = await startCountingProxy(server.url);
  const rows: Awaited<ReturnType<typeof compare>>[] = [];
  const cli = await pulumiCli();
  try {
    for (const engine of cli === undefined ? [embeddedEngine] : [embeddedEngine, cli])
      for (const project of [cqrs, streamsProject]) rows.push(await compare(engine, project, proxy));
  } finally {
    proxy.close();
    server.stop();
  }
  const worst = (ratio: (row: (typeof rows)[number]) => number) =>
    Number(Math.max(...rows.map(ratio)).toFixed(3));
  console.log(
    JSON.stringify({
      bench: "up",
      firstDeployRatio: worst((row) => row.firstSeconds / row.firstBaselineSeconds),
      noChangeRatio: worst((row) => row.noChangeSeconds / row.noChangeBaselineSeconds),
      sameGraph: {
        firstDeployRatio: worst((row) => row.firstSeconds / row.firstSameGraphSeconds),
        noChangeRatio: worst((row) => row.noChangeSeconds / row.noChangeSameGraphSeconds),
      },
      providerBytesPerResource: worst((row) => row.providerBytesPerResource),
      rows,
    }),
  );
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
