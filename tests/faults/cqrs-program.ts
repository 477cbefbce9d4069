import type { Connection } from "@o2cqrs/providers/client";
import { type Input, type Output, output, runtime } from "@pulumi/pulumi";
import { readConfig } from "../../stacks/config/index.js";
import type { StackOutputs } from "../../stacks/outputs.js";
import { program } from "../../stacks/program.js";

/** Every resource of the second release differs from the first, so that an update has something to do everywhere. */
export type Release = 1 | 2;

export const stackName = "faults";

/** The program of the CQRS configuration, as `target: existing` on the server of the connection. */
export function cqrsProgram(connection: Connection, release: Release): () => Promise<StackOutputs> {
  const { url, organization, credential } = connection;
  if (credential.kind !== "basic") throw new Error("the sweep deploys as a user");
  const config = readConfig({
    stack: stackName,
    env: {},
    values: {
      "o2cqrs:target": "existing",
      "o2cqrs:url": url,
      "o2cqrs:organization": organization,
      "o2cqrs:user": credential.user,
      "o2cqrs:password": credential.password,
      "o2cqrs:webhookUrl": "https://hooks.example.com/cqrs",
      "o2cqrs:environment": "dev",
      "o2cqrs:serviceName": "orders",
    },
  });
  return () => {
    if (release === 2)
      runtime.registerStackTransformation(({ type, props, opts }) => changed(type, props, opts));
    return Promise.resolve(program(config));
  };
}

type Change = Readonly<Record<string, (value: unknown) => unknown>>;

const appended = (text: unknown): string => `${typeof text === "string" ? text : ""} (release 2)`;

/** What the second release changes about each kind of resource. */
const changes: Readonly<Record<string, Change>> = {
  Stream: {
    retentionDays: (days) => (typeof days === "number" ? days : 30) + 1,
    fields: (fields) => [
      ...((fields as object[] | undefined) ?? []),
      { name: "added_in_release_2", type: "Utf8" },
    ],
  },
  Function: { vrl: (vrl) => `${String(vrl)}\n.release = 2\n.` },
  Folder: { description: appended },
  AlertTemplate: { body: (body) => String(body).replace("{", '{ "release": "2",') },
  AlertDestination: { url: (url) => `${String(url)}?release=2` },
  Alert: { description: appended },
  Dashboard: { description: appended },
  Pipeline: { description: appended },
  ServiceAccount: { lastName: appended },
};

function changed(type: string, props: Record<string, unknown>, opts: object) {
  const change = changes[type.split(":").at(-1) ?? ""];
  if (change === undefined || !type.startsWith("pulumi-nodejs:dynamic/o2cqrs:")) return undefined;
  const next: Record<string, Input<unknown>> = { ...props };
  for (const [name, rule] of Object.entries(change))
    next[name] = (output(props[name] as string) as Output<unknown>).apply(rule);
  return { props: next, opts };
}
