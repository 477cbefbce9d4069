import { execFile, spawnSync } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { envNames, ingestMetrics } from "@o2cqrs/contract";
import { type CloseReport } from "../../../runtime/ingest/client.js";

// Runs processes, which takes a machine that is busy its time.
jest.setTimeout(180_000);

const repository = join(__dirname, "..", "..", "..");

type Signal = "traces" | "metrics" | "logs";

let arrived: { readonly signal: Signal; readonly body: string }[];
/** How a signal is answered; one that is missing is accepted. */
let answers: Partial<Record<Signal, (response: ServerResponse) => void>>;
let server: Server;

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const signal = (/\/v1\/(traces|metrics)$/.exec(request.url ?? "")?.[1] ?? "logs") as Signal;
  arrived.push({ signal, body: Buffer.concat(chunks).toString("latin1") });
  const answer = answers[signal] ?? ((accepted: ServerResponse) => accepted.end("{}"));
  answer(response);
}

beforeAll(() => {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
});

beforeEach(async () => {
  arrived = [];
  answers = {};
  server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs a process that makes a span, a metric and a record, and ends. */
async function runProcess(deadlineMs: number): Promise<CloseReport> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(__dirname, "short-lived.cjs"), String(deadlineMs)],
    {
      env: {
        PATH: process.env.PATH,
        [envNames.url]: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        [envNames.token]: "t",
        [envNames.timeout]: "5000",
      },
    },
  );
  return JSON.parse(stdout) as CloseReport;
}

test("the last that a process sends are its metrics, which count the spans that were lost a moment before", async () => {
  answers.traces = (response) => response.writeHead(400).end();
  await runProcess(20_000);
  expect(arrived.map(({ signal }) => signal).sort()).toEqual(["logs", "metrics", "traces"]);
  expect(arrived.at(-1)!.signal).toBe("metrics");
  expect(arrived.at(-1)!.body).toContain(ingestMetrics.exportFailures.name);
});

test("where nothing was lost they say nothing of it, and that the last records were delivered", async () => {
  const { undeliveredBytes } = await runProcess(20_000);
  expect(undeliveredBytes).toBe(0);
  expect(arrived.at(-1)!.signal).toBe("metrics");
  expect(arrived.at(-1)!.body).toContain("delivered");
  expect(arrived.at(-1)!.body).not.toContain(ingestMetrics.exportFailures.name);
});

test("a server that answers to neither spans nor records still gets the metrics, in time kept for them", async () => {
  answers = { traces: () => undefined, logs: () => undefined };
  const { undeliveredBytes } = await runProcess(8_000);
  expect(undeliveredBytes).toBeGreaterThan(0);
  expect(arrived.at(-1)!.signal).toBe("metrics");
});
