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
import {
  existingFrom as pipelineDestinationFrom,
  pipelineDestinationKind,
} from "@o2cqrs/providers/pipeline-destination/rules";
import { existingFrom as pipelineFrom, pipelineKind } from "@o2cqrs/providers/pipeline/rules";
import { inputsFrom as streamFrom, streamKind } from "@o2cqrs/providers/stream/rules";
import { ambiguous, type Finding, type InputsOf, judge, type Scan } from "./finding.js";
import { organization, serviceAccounts, users } from "./members.js";
import { renameNodes } from "./pipeline-nodes.js";
import { enrichmentTables, enrichmentTableType, savedViews } from "./reference-data.js";

export interface ScanOptions {
  /** Take people in as well, whose passwords the program then asks for. Default false. */
  readonly users?: boolean;
}

/**
 * Reads a whole organisation. Writes nothing.
 *
 * What is found is judged as the first deployment will judge it: an object whose arguments do not mean exactly
 * what the server has is left out, with the reason.
 */
export async function scanOrganization(server: OpenObserve, options: ScanOptions = {}): Promise<Scan> {
  const found = [
    ...(await organization(server)),
    ...(await streams(server)),
    ...(await enrichmentTables(server)),
    ...(await functions(server)),
    ...(await folders(server)),
    ...(await templates(server)),
    ...(await destinations(server)),
    ...(await pipelineDestinations(server)),
    ...(await pipelines(server)),
    ...(await alerts(server)),
    ...(await dashboards(server)),
    ...(await savedViews(server)),
    ...(await serviceAccounts(server)),
    ...(await users(server, options)),
  ];
  return {
    objects: found.filter((finding) => "args" in finding),
    leftOut: found.filter((finding) => "reason" in finding),
  };
}

async function streams(server: OpenObserve): Promise<Finding[]> {
  const own = (await server.streams.list()).filter(({ stream_type: type }) => type !== enrichmentTableType);
  return own.map((stream): Finding =>
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

async function pipelineDestinations(server: OpenObserve): Promise<Finding[]> {
  // Older servers list those of alerts as well, which have a template.
  const own = (await server.pipelineDestinations.list()).filter(({ template }) => (template ?? "") === "");
  return own.map((destination): Finding => {
    const { inputs } = pipelineDestinationFrom(destination);
    const plain = judge(pipelineDestinationKind, destination.name, inputs);
    if ("args" in plain) return plain;
    return judge(pipelineDestinationKind, destination.name, { ...inputs, allowPrivateAddress: true });
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
