import type { Resource } from "@pulumi/pulumi";
import { autoscaler } from "./autoscalers.js";
import { budget } from "./budgets.js";
import type { Manifest } from "./manifest.js";
import { ports } from "./names.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";
import { serverPorts, serverStatefulSet } from "./server.js";
import { serviceAccount } from "./service-accounts.js";
import { headlessService } from "./services.js";

/** Seconds that each of the two requests before the stop may take. */
const disableSeconds = 30;
const flushSeconds = 240;
/** Seconds that routers need to hear that the node takes nothing more. */
const lingerSeconds = 15;
/** Seconds that the server takes to end by itself after that. */
const shutdownSeconds = 60;

/** All of them together, with some to spare: after a kill in the middle the next start has the write-ahead log to replay. */
export const ingesterGraceSeconds = disableSeconds + lingerSeconds + flushSeconds + shutdownSeconds + 15;

/**
 * Takes the node out of the cluster, waits until nobody sends to it, and has it write what it holds in memory to
 * its disk. It uploads nothing: the pod's claim keeps the files, and the next start on it uploads them.
 * The credentials reach curl by its standard input: arguments can be read by every process.
 */
const drainScript = [
  `call() { printf '%s:%s' "$ZO_ROOT_USER_EMAIL" "$ZO_ROOT_USER_PASSWORD" \\`,
  `  | sed 's/[\\\\"]/\\\\&/g; s/.*/user = "&"/' \\`,
  `  | curl -fsS -o /dev/null -K - -X PUT --max-time "$1" "http://127.0.0.1:${ports.http}/node/$2"; }`,
  `call ${disableSeconds} 'enable?value=false'`,
  `sleep ${lingerSeconds}`,
  `call ${flushSeconds} flush`,
].join("\n");

/** The role that takes records in, keeps them in its write-ahead log and writes files to the object store. */
export function ingesterManifests(options: Options): Manifest[] {
  return [
    serviceAccount(options, "ingester"),
    budget(options, "ingester"),
    headlessService(options, "ingester", { ports: serverPorts }),
    serverStatefulSet(options, {
      role: "ingester",
      priority: "data",
      graceSeconds: ingesterGraceSeconds,
      probePath: "/schedulez",
      preStop: { exec: { command: ["sh", "-c", drainScript] } },
    }),
    autoscaler(options, "ingester"),
  ];
}

export interface IngesterArgs extends PartArgs {
  readonly options: Options;
}

export class Ingester extends Part {
  constructor(args: IngesterArgs, options: { readonly parent: Resource }) {
    super("Ingester", ingesterManifests(args.options), args, options);
  }
}
