import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Client, credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import {
  AnalyzeRequest,
  AnalyzerResourceOptions,
  type AnalyzeDiagnostic,
  type AnalyzeResponse,
} from "@pulumi/pulumi/proto/analyzer_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { rules } from "../../policy/rules.js";

jest.setTimeout(60_000);

/** What Pulumi sends for a value that it will know only after the deployment. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("the policy pack, asked as Pulumi asks it", () => {
  let pack: ChildProcess;
  let client: AnalyzerClient;

  beforeAll(async () => {
    pack = spawn(process.execPath, ["-e", `require(${JSON.stringify(join(__dirname, "../../policy"))})()`], {
      cwd: join(__dirname, "../../policy"),
      env: {
        ...process.env,
        PULUMI_NODEJS_STACK: "prod",
        PULUMI_CONFIG: JSON.stringify({ "o2cqrs:ingestToken": "hidden-token-0123456" }),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: pack.stdout! });
    const [port] = (await once(lines, "line")) as [string];
    client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  });

  afterAll(async () => {
    (client as Client).close();
    const ended = once(pack, "exit");
    pack.kill();
    await ended;
  });

  const analyze = (type: string, props: Record<string, unknown>) =>
    new Promise<AnalyzeDiagnostic.AsObject[]>((resolve, reject) => {
      const request = new AnalyzeRequest();
      request.setType(type);
      request.setUrn(`urn:pulumi:prod::o2cqrs::${type}::it`);
      request.setName("it");
      const options = new AnalyzerResourceOptions();
      options.setCustomtimeouts(new AnalyzerResourceOptions.CustomTimeouts());
      request.setOptions(options);
      request.setProperties(Struct.fromJavaScript(props as Parameters<typeof Struct.fromJavaScript>[0]));
      client.analyze(request, (error: Error | null, response: AnalyzeResponse) => {
        if (error) reject(error);
        else resolve(response.toObject().diagnosticsList);
      });
    });

  it("offers every rule, mandatory", async () => {
    const info = await new Promise<{
      name: string;
      policiesList: { name: string; enforcementlevel: number }[];
    }>((resolve, reject) => {
      client.getAnalyzerInfo(new Empty(), (error, response) => {
        if (error) reject(error);
        else resolve(response.toObject());
      });
    });
    expect(info.name).toBe("o2cqrs");
    expect(info.policiesList.map(({ name }) => name).sort()).toEqual(rules.map(({ name }) => name).sort());
    expect(new Set(info.policiesList.map(({ enforcementlevel }) => enforcementlevel))).toEqual(new Set([1]));
  });

  it("refuses what breaks a rule, in production's terms, with the cure", async () => {
    const found = await analyze("pulumi-nodejs:dynamic/o2cqrs:AlertDestination", {
      url: "http://example.com/",
    });
    expect(found.map(({ policyname }) => policyname)).toEqual(["https-in-production"]);
    expect(found[0]!.message).toContain("alerts are sent over plain HTTP");
    expect(found[0]!.description).toContain("https://");
  });

  it("knows the stack's secrets", async () => {
    const found = await analyze("docker:index/container:Container", {
      image: "app:1",
      memory: 64,
      memorySwap: 64,
      cpus: "1",
      command: ["--token=hidden-token-0123456"],
    });
    expect(found.map(({ policyname }) => policyname)).toEqual(["no-plaintext-secrets"]);
    expect(JSON.stringify(found)).not.toContain("hidden-token");
  });

  it("judges all that is known of a resource of which something is not", async () => {
    const found = await analyze("pulumi-nodejs:dynamic/o2cqrs:AlertDestination", {
      name: unknownText,
      url: "http://example.com/",
    });
    expect(found).toHaveLength(1);
    expect(await analyze("pulumi-nodejs:dynamic/o2cqrs:Stream", { retentionDays: unknownText })).toEqual([]);
  });
});
