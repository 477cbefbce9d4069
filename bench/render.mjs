/**
 * Time and memory to build the production program, from the start of Node to the last resource registered, as
 * every preview and deploy pays it. Beside it, what a program pays that only loads Pulumi's packages whole.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, URL } from "node:url";
import { parse } from "yaml";

const rounds = 3;
const limitSeconds = 3;
const require = createRequire(import.meta.url);
const root = new URL("..", import.meta.url);

/** Stand for the secrets that the committed stack asks for. */
const secrets = {
  password: "Bench-passw0rd!",
  ingestToken: "bench-ingest-token-0123456789",
  tlsCertificate: "-----BEGIN CERTIFICATE-----\n",
  tlsKey: "-----BEGIN PRIVATE KEY-----\n",
  s3AccessKey: "access",
  s3SecretKey: "secret",
  postgresUrl: "postgres://openobserve:password@db.example.com:5432/openobserve",
  webhookUrl: "https://alerts.example.com/",
  pagerDutyRoutingKey: "key",
};

/** Builds `prod` against a monitor that takes every resource. */
async function program() {
  const { runtime } = require("@pulumi/pulumi");
  const { readConfig } = require("../stacks/dist/config/index.js");
  const { config } = parse(readFileSync(new URL("Pulumi.prod.yaml", root), "utf8"));
  const values = { ...config };
  for (const [key, value] of Object.entries(secrets)) values[`o2cqrs:${key}`] = value;
  for (const [key, value] of Object.entries(values))
    if (typeof value !== "string") values[key] = JSON.stringify(value);
  let resources = 0;
  const newResource = ({ name, inputs }) => {
    resources++;
    return { id: name, state: { ...inputs, folderId: name, value: name } };
  };
  await runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, "o2cqrs", "prod");
  await runtime.runInPulumiStack(async () => {
    const { program: build } = require("../stacks/dist/program.js");
    return build(readConfig({ stack: "prod", values, env: {}, folder: fileURLToPath(root) }));
  });
  return resources;
}

const work = {
  program,
  packages: () => {
    require("@pulumi/pulumi");
    require("@pulumi/kubernetes");
    return 0;
  },
};

const [what] = process.argv.slice(2);
if (what in work) {
  const resources = await work[what]();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const processorSeconds = Number(((userCPUTime + systemCPUTime) / 1e6).toFixed(2));
  const peakMegabytes = Math.round(maxRSS / 1024);
  console.log(
    JSON.stringify({ resources, seconds: performance.now() / 1000, processorSeconds, peakMegabytes }),
  );
} else {
  const ours = best("program");
  const packages = best("packages");
  console.log(
    `prod: ${ours.resources} resources in ${ours.seconds} s (${ours.processorSeconds} s of processor time), ` +
      `${ours.peakMegabytes} MiB at most (aim: below ${limitSeconds} s); Pulumi's packages alone: ${packages.seconds} s, ${packages.peakMegabytes} MiB`,
  );
  console.log(
    JSON.stringify({ bench: "render", ours, packages, limitSeconds, met: ours.seconds < limitSeconds }),
  );
}

/** The quickest of several fresh processes. */
function best(name) {
  const runs = Array.from({ length: rounds }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout.trim().split("\n").at(-1));
  });
  const { seconds, ...rest } = runs.reduce((a, b) => (a.seconds < b.seconds ? a : b));
  return { ...rest, seconds: Number(seconds.toFixed(2)) };
}
