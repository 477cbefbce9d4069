/**
 * What a deploy costs beyond what Pulumi itself does: first and no-change deploys of the CQRS configuration, and of
 * 300 streams, each beside dynamic resources that do nothing, in turn. With the embedded engine, and with the
 * Pulumi CLI when it is on the PATH. Aims: at most 1.3 times the resources that do nothing, under 2 KB of
 * `__provider` a resource, and one request for every stream that a refresh reads.
 *
 * There are two baselines. `firstDeployRatio` and `noChangeRatio` are against as many resources as small as can be:
 * all made at once, each with a name for its inputs, in a project with Pulumi's own defaults. Pulumi itself takes
 * longer for a stack whose resources are larger and wait for each other, so `sameGraph` tells the ratios against
 * resources that do nothing under the same components, with the same dependencies, the same inputs and the options of
 * our project.
 *
 * Each deploy has an organisation of its own, as the names of deleted streams stay taken for a while. A first round goes
 * through a proxy that counts requests, and is not timed: it also warms up the server, which starts cold and takes half
 * a second to compile the programs that mask. Timed are deploys to a server that has served before.
 *
 * `BENCH_STREAMS` and `BENCH_ROUNDS` set how many streams and timed rounds; of several rounds the best counts.
 */
import { OpenObserve } from "@o2cqrs/providers/client";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedEngine } from "./up/embedded-engine.js";
import { pulumiCli } from "./up/pulumi-cli.js";
import type { GraphNode } from "./up/graph.js";
import type { Deployment, Engine, OpenStack, Project } from "./up/project.js";
import { type CountingProxy, startCountingProxy } from "./servers/counting-proxy.js";
import { password, startEmbeddedServer, user } from "./servers/embedded.js";

const streams = Number(process.env.BENCH_STREAMS ?? 300);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

const root = process.cwd();

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

interface Story {
  readonly first: Deployment;
  readonly noChange: Deployment;
}

interface Requests {
  readonly first: number;
  readonly noChange: number;
  readonly refresh: number;
}

/** A new organisation of the server at this address. */
async function newOrganization(url: string): Promise<string> {
  const connection = { url, organization: "default", credential: { kind: "basic", user, password } } as const;
  const server = new OpenObserve(connection);
  try {
    return (await server.organizations.create("bench")).identifier;
  } finally {
    await server.close();
  }
}

/** Gives a stack of the project to work on, and destroys what it made. */
async function withStack<T>(
  engine: Engine,
  project: Project,
  url: string,
  work: (stack: OpenStack) => Promise<T>,
): Promise<T> {
  const organization = await newOrganization(url);
  const folder = mkdtempSync(join(tmpdir(), "o2cqrs-bench-up-"));
  const stack = await engine.open(project, folder, {
    O2CQRS_USER: user,
    O2CQRS_PASSWORD: password,
    O2CQRS_URL: url,
    O2CQRS_ORGANIZATION: organization,
  });
  try {
    return await work(stack);
  } finally {
    await stack.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

const story = (engine: Engine, project: Project, url: string): Promise<Story> =>
  withStack(engine, project, url, async (stack) => ({ first: await stack.up(), noChange: await stack.up() }));

const requestsOf = (engine: Engine, project: Project, proxy: CountingProxy): Promise<Requests> =>
  withStack(engine, project, proxy.url, async (stack) => {
    proxy.reset();
    await stack.up();
    const first = proxy.reset();
    await stack.up();
    const noChange = proxy.reset();
    await stack.refresh();
    return { first, noChange, refresh: proxy.reset() };
  });

/** The project and its two baselines in turn, as often as there are rounds. */
async function compare(engine: Engine, project: Project, url: string, proxy: CountingProxy) {
  const requests = await requestsOf(engine, project, proxy);
  const subject: Story[] = [];
  const smallest: Story[] = [];
  const alike: Story[] = [];
  const folder = mkdtempSync(join(tmpdir(), "o2cqrs-bench-graph-"));
  try {
    for (let round = 0; round < rounds; round++) {
      const figures = await story(engine, project, url);
      subject.push(figures);
      smallest.push(await story(engine, noop(figures.first.resources), url));
      alike.push(await story(engine, sameGraph(figures.first.graph, join(folder, "graph.json")), url));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const best = (all: Story[], which: "first" | "noChange") =>
    Math.min(...all.map((one) => one[which].seconds));
  const [measured] = subject as [Story, ...Story[]];
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
    requestsFirst: requests.first,
    requestsNoChange: requests.noChange,
    requestsRefresh: requests.refresh,
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
      for (const project of [cqrs, streamsProject])
        rows.push(await compare(engine, project, server.url, proxy));
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
