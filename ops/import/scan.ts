import { isDeepStrictEqual } from "node:util";
import { alertKind, existingFrom as alertFrom } from "@o2cqrs/providers/alert/rules";
import {
  alertDestinationKind,
  existingFrom as destinationFrom,
} from "@o2cqrs/providers/alert-destination/rules";
import { alertTemplateKind, existingFrom as templateFrom } from "@o2cqrs/providers/alert-template/rules";
import { type FolderKind, type OpenObserve, type ServerStream } from "@o2cqrs/providers/client";
import { dashboardKind, existingFrom as dashboardFrom } from "@o2cqrs/providers/dashboard/rules";
import { existingFrom as folderFrom, folderKind } from "@o2cqrs/providers/folder/rules";
import { existingFrom as functionFrom, functionKind } from "@o2cqrs/providers/function/rules";
import { existingFrom as pipelineFrom, pipelineKind } from "@o2cqrs/providers/pipeline/rules";
import { existingFrom as accountFrom, serviceAccountKind } from "@o2cqrs/providers/service-account/rules";
import { inputsFrom as streamFrom, streamKind } from "@o2cqrs/providers/stream/rules";
import { type z } from "zod";
import { renameNodes } from "./pipeline-nodes.js";
import { withoutDefaults } from "./without-defaults.js";

/** The kinds of resource that are found, in the order in which they need each other. */
export const foundKinds = [
  "Stream",
  "Function",
  "Folder",
  "AlertTemplate",
  "AlertDestination",
  "Pipeline",
  "Alert",
  "Dashboard",
  "ServiceAccount",
] as const;

export type FoundKind = (typeof foundKinds)[number];

/** An object of the server, in terms of a resource's arguments. */
export interface FoundObject {
  readonly kind: FoundKind;
  /** What the server calls it. */
  readonly name: string;
  /** Arguments of the resource, without those that go without saying. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Id by which others refer to it; folders only. */
  readonly id?: string;
}

/** An object that no resource can stand for without changing it. */
export interface LeftOut {
  readonly kind: FoundKind;
  readonly name: string;
  readonly reason: string;
}

export interface Scan {
  readonly objects: readonly FoundObject[];
  readonly leftOut: readonly LeftOut[];
}

/** What the scan needs of a kind's rules. */
interface Rules<Inputs> {
  readonly name: string;
  readonly schema: z.ZodType<Inputs>;
  readonly comparable: (inputs: Inputs) => object;
}

type InputsOf<R> = R extends Rules<infer Inputs> ? Inputs : never;

type Finding = FoundObject | LeftOut;

/**
 * Reads a whole organisation. Writes nothing.
 *
 * What is found is judged as the first deployment will judge it: an object whose arguments do not mean exactly
 * what the server has is left out, with the reason.
 */
export async function scanOrganization(server: OpenObserve): Promise<Scan> {
  const found = [
    ...(await streams(server)),
    ...(await functions(server)),
    ...(await folders(server)),
    ...(await templates(server)),
    ...(await destinations(server)),
    ...(await pipelines(server)),
    ...(await alerts(server)),
    ...(await dashboards(server)),
    ...(await serviceAccounts(server)),
  ];
  return {
    objects: found.filter((finding) => "args" in finding),
    leftOut: found.filter((finding) => "reason" in finding),
  };
}

async function streams(server: OpenObserve): Promise<Finding[]> {
  return (await server.streams.list()).map((stream): Finding =>
    judge(streamKind, `${stream.stream_type}/${stream.name}`, describeStream(stream), (inputs) =>
      streamFrom(stream, inputs),
    ),
  );
}

/** A stream with every column and setting that it has, in an order that does not change from read to read. */
export function describeStream(stream: ServerStream) {
  const { settings } = stream;
  const columns = stream.schema.filter(({ name }) => name !== "_timestamp");
  const definedSchemaFields = settings.defined_schema_fields?.length
    ? [...settings.defined_schema_fields].sort()
    : undefined;
  const wanted = {
    type: stream.stream_type,
    fields: columns,
    flattenLevel: settings.flatten_level ?? undefined,
    enableDistinctFields: settings.enable_distinct_fields,
  } as unknown as InputsOf<typeof streamKind>;
  const given = streamFrom(stream, wanted);
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  return {
    ...given,
    fields: [...given.fields].sort(byName),
    fullTextSearch: [...given.fullTextSearch].sort(),
    index: [...given.index].sort(),
    bloomFilter: [...given.bloomFilter].sort(),
    partitionKeys: [...given.partitionKeys].sort((a, b) => (a.field < b.field ? -1 : 1)),
    definedSchemaFields,
    // How long to wait for a deletion is the deployment's business.
    deletionTimeoutSeconds: undefined,
  };
}

async function functions(server: OpenObserve): Promise<Finding[]> {
  return (await server.functions.list()).map((each) =>
    judge(functionKind, each.name, functionFrom(each).inputs),
  );
}

async function folders(server: OpenObserve): Promise<Finding[]> {
  const kinds: readonly FolderKind[] = ["dashboards", "alerts"];
  const lists = await Promise.all(
    kinds.map(async (kind) =>
      (await server.folders.list(kind))
        // The server's own, which is always there.
        .filter(({ folderId }) => folderId !== "default")
        .map((folder): Finding => {
          const finding = judge(folderKind, `${kind}/${folder.name}`, folderFrom(kind, folder).inputs);
          return "args" in finding ? { ...finding, id: folder.folderId } : finding;
        }),
    ),
  );
  return lists.flat();
}

const isPrebuilt = ({ name }: { readonly name: string }) => name.startsWith("prebuilt_");

async function templates(server: OpenObserve): Promise<Finding[]> {
  const own = (await server.alertTemplates.list()).filter((template) => !isPrebuilt(template));
  return own.map((template) => judge(alertTemplateKind, template.name, templateFrom(template).inputs));
}

async function destinations(server: OpenObserve): Promise<Finding[]> {
  const own = (await server.alertDestinations.list()).filter((destination) => !isPrebuilt(destination));
  return own.map((destination): Finding => {
    const { inputs } = destinationFrom(destination);
    const plain = judge(alertDestinationKind, destination.name, inputs);
    if ("args" in plain || inputs.type !== "http") return plain;
    return judge(alertDestinationKind, destination.name, { ...inputs, allowPrivateAddress: true });
  });
}

/** No pipeline does the same as one without outputs, so that each is read with its own names. */
const noPipeline: InputsOf<typeof pipelineKind> = {
  name: "",
  description: "",
  enabled: false,
  source: { kind: "stream", stream: "", streamType: "logs" },
  nodes: {},
  outputs: {},
  adopt: false,
};

async function pipelines(server: OpenObserve): Promise<Finding[]> {
  const all = await server.pipelines.list();
  return all.map((pipeline): Finding => {
    const { name } = pipeline;
    if (all.filter((other) => other.name === name).length > 1) return ambiguous("Pipeline", name);
    const [first] = pipeline.nodes;
    const trigger = first?.data.trigger_condition as { frequency_type?: string } | undefined;
    if (trigger?.frequency_type === "cron") return leftOut("Pipeline", name, "its schedule is a cron");
    const asItIs = pipelineFrom(pipeline, noPipeline);
    const readBack = (wanted: InputsOf<typeof pipelineKind>) => pipelineFrom(pipeline, wanted).inputs;
    return judge(pipelineKind, name, renameNodes(asItIs.inputs), readBack);
  });
}

async function alerts(server: OpenObserve): Promise<Finding[]> {
  const items = await server.alerts.list();
  const findings: Finding[] = [];
  for (const { alert_id: id, name, folder_id: folder } of items) {
    const same = items.filter((other) => other.name === name && other.folder_id === folder);
    const alert = same.length > 1 ? undefined : await server.alerts.get(id);
    if (alert === undefined) {
      findings.push(ambiguous("Alert", name));
      continue;
    }
    const readBack = (wanted: { owner?: string | undefined }) => alertFrom(alert, folder, wanted).inputs;
    const owner = alert.owner === null || alert.owner === "" ? undefined : alert.owner;
    findings.push(judge(alertKind, name, readBack({ owner }), readBack));
  }
  return findings;
}

async function dashboards(server: OpenObserve): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { folderId, name: folder } of await server.folders.list("dashboards")) {
    const all = await server.dashboards.list(folderId);
    for (const dashboard of all) {
      const { title } = dashboard.content;
      const name = `${folder}/${title}`;
      const isAmbiguous = all.filter(({ content }) => content.title === title).length > 1;
      findings.push(
        isAmbiguous
          ? ambiguous("Dashboard", name)
          : judge(dashboardKind, name, dashboardFrom(dashboard, folderId).inputs),
      );
    }
  }
  return findings;
}

async function serviceAccounts(server: OpenObserve): Promise<Finding[]> {
  const readable = (await server.capabilities()).has("serviceAccountTokenReadable");
  return (await server.serviceAccounts.list()).map((account): Finding => {
    if (readable) return judge(serviceAccountKind, account.email, accountFrom(account, "").inputs);
    const reason =
      "its token cannot be read from this server again: to take it over is to rotate its token (o2cqrs token rotate)";
    return leftOut("ServiceAccount", account.email, reason);
  });
}

const leftOut = (kind: FoundKind, name: string, reason: string): LeftOut => ({ kind, name, reason });

const ambiguous = (kind: FoundKind, name: string) =>
  leftOut(kind, name, "several have this name, so none can be told from the others");

/**
 * Whether the arguments mean what the server has.
 *
 * @param readBack what the server's object is in the eyes of a deployment that wants these inputs
 */
function judge<I extends object>(
  rules: Rules<I>,
  name: string,
  described: { readonly [K in keyof I]?: I[K] | undefined },
  readBack: (wanted: I) => I = () => described as I,
): Finding {
  const kind = rules.name as FoundKind;
  const own = JSON.parse(JSON.stringify({ ...described, adopt: undefined, marker: undefined })) as object;
  const parsed = rules.schema.safeParse(own);
  if (!parsed.success) return leftOut(kind, name, explain(parsed.error));
  const comparable = (inputs: I): unknown =>
    JSON.parse(JSON.stringify({ ...rules.comparable(inputs), adopt: undefined, marker: undefined }));
  if (!isDeepStrictEqual(comparable(parsed.data), comparable(readBack(parsed.data))))
    return leftOut(kind, name, "the server writes it in a way that a deployment would change");
  return { kind, name, args: withoutDefaults(rules.schema, own) };
}

/** Values may be secret: only places and rules are told. */
function explain(error: z.ZodError): string {
  const problems = error.issues.map((issue) => {
    const place = issue.path.map(String).join(".");
    if (issue.code === "unrecognized_keys") return `${place}: has settings that the arguments cannot express`;
    return place === "" ? issue.message : `${place}: ${issue.message}`;
  });
  return [...new Set(problems)].slice(0, 3).join("; ");
}
