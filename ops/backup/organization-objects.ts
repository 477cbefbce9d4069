import { type FolderKind, type OpenObserve, type ServerFolder } from "@o2cqrs/providers/client";
import { StreamProvider } from "@o2cqrs/providers/stream/provider";
import { describeStream } from "../import/scan.js";
import { type BackupKind } from "./format.js";
import { serviceAccounts, users } from "./member-objects.js";
import { type Body, numbered, type ObjectKind, own, type PresentObject, sent } from "./object-kind.js";
import { enrichmentTables, savedViews } from "./reference-objects.js";

const streams: ObjectKind = {
  async list(server) {
    return (await server.streams.list())
      .filter(({ stream_type: type }) => ["logs", "metrics", "traces"].includes(type))
      .map((stream) => {
        const body = own(describeStream(stream));
        const key = `${stream.stream_type}/${stream.name}`;
        return { kind: "stream", key, body, overwrite: (wanted) => settle(server, wanted) };
      });
  },
  create: (server, { body }) => settle(server, body),
};

/** The provider's way of making a stream serves for one that is there as well. */
async function settle(server: OpenObserve, body: Body): Promise<void> {
  const provider = new StreamProvider(() => server);
  const { inputs, failures = [] } = provider.check({}, body);
  const [failure] = failures;
  if (failure !== undefined) throw new Error(`${failure.property} ${failure.reason}`);
  await provider.create(inputs as never);
}

const functions: ObjectKind = {
  async list(server) {
    return (await server.functions.list()).map(({ name, function: program }) => ({
      kind: "function",
      key: name,
      body: { name, function: program },
      overwrite: (body) => server.functions.update(name, String(body.function)),
    }));
  },
  create: (server, { body }) => server.functions.create(String(body.name), String(body.function)),
};

const folderKinds: readonly FolderKind[] = ["dashboards", "alerts"];

const folders: ObjectKind = {
  async list(server) {
    const lists = folderKinds.map(async (kind) =>
      (await server.folders.list(kind))
        .filter(({ folderId }) => folderId !== "default")
        .map(({ folderId, name, description }): PresentObject => ({
          kind: "folder",
          key: `${kind}/${name}`,
          body: { kind, name, description },
          overwrite: (body) => server.folders.update(kind, folderId, name, String(body.description)),
        })),
    );
    return (await Promise.all(lists)).flat();
  },
  async create(server, { body }) {
    await server.folders.create(body.kind as FolderKind, String(body.name), String(body.description));
  },
};

const isOwn = ({ name }: { readonly name: string }) => !name.startsWith("prebuilt_");

const templates: ObjectKind = {
  async list(server) {
    return (await server.alertTemplates.list()).filter(isOwn).map((template) => ({
      kind: "template",
      key: template.name,
      // Whether it is the default is the server's own: always true in the organisation `default`.
      body: own(template, ["isDefault"]),
      overwrite: (body) => server.alertTemplates.update(sent(body)),
    }));
  },
  create: (server, { body }) => server.alertTemplates.create(sent(body)),
};

const destinations: ObjectKind = {
  async list(server) {
    return (await server.alertDestinations.list()).filter(isOwn).map((destination) => ({
      kind: "destination",
      key: destination.name,
      body: own(destination, ["id", "org_id"]),
      overwrite: (body) => server.alertDestinations.update(sent(body)),
    }));
  },
  create: (server, { body }) => server.alertDestinations.create(sent(body)),
};

const pipelineDestinations: ObjectKind = {
  async list(server) {
    // Older servers list those of alerts as well, which have a template.
    const all = (await server.pipelineDestinations.list()).filter(({ template }) => (template ?? "") === "");
    return all.map((destination) => ({
      kind: "pipelineDestination",
      key: destination.name,
      body: own(destination, ["id", "org_id"]),
      overwrite: (body) => server.pipelineDestinations.update(sent(body)),
    }));
  },
  create: (server, { body }) => server.pipelineDestinations.create(sent(body)),
};

const pipelines: ObjectKind = {
  async list(server) {
    return (await server.pipelines.list()).map((pipeline) => {
      const { name, description, enabled, source, nodes, edges, pipeline_id: id } = pipeline;
      return {
        kind: "pipeline",
        key: name,
        body: own({ name, description: description ?? "", enabled, source, nodes, edges }, ["org_id"]),
        overwrite: async (body) => {
          const current = await server.pipelines.get(id);
          await server.pipelines.update(id, current?.version ?? 0, sent(inOrganization(body, server)));
          if (current?.enabled !== body.enabled) await server.pipelines.setEnabled(id, body.enabled === true);
        },
      };
    });
  },
  async create(server, { body }) {
    await server.pipelines.create(sent(inOrganization(body, server)));
  },
};

/** The organisation stands in a pipeline's source and in those of its nodes that are streams or queries. */
function inOrganization(body: Body, { organization }: OpenObserve): Body {
  const nodes = body.nodes as readonly { readonly data: Body }[];
  const hasOrganization = ({ node_type: type }: Body) => type !== "function" && type !== "condition";
  return {
    ...body,
    source: { ...(body.source as Body), org_id: organization },
    nodes: nodes.map((node) =>
      hasOrganization(node.data) ? { ...node, data: { ...node.data, org_id: organization } } : node,
    ),
  };
}

/** What an alert went through is not how it is set. */
const alertHistory = [
  "id",
  "org_id",
  "folder_id",
  "folder_name",
  "last_triggered_at",
  "last_satisfied_at",
  "last_edited_by",
  "updated_at",
];

const alerts: ObjectKind = {
  async list(server) {
    const names = await namesOf(server, "alerts");
    const items = await server.alerts.list();
    return numbered(
      await Promise.all(
        items.map(async ({ alert_id: id, folder_id: folder, name }): Promise<PresentObject> => {
          const alert = await server.alerts.get(id);
          return {
            kind: "alert",
            key: `${names.get(folder) ?? folder}/${name}`,
            body: { ...own(alert ?? {}, alertHistory), folder: names.get(folder) ?? folder },
            overwrite: (body) => server.alerts.update(id, sent(withoutFolder(body))),
          };
        }),
      ),
    );
  },
  async create(server, { body }) {
    await server.alerts.create(sent(withoutFolder(body)), await folderOf(server, "alerts", body));
  },
};

const dashboards: ObjectKind = {
  async list(server) {
    const lists = (await server.folders.list("dashboards")).map(async ({ folderId, name }) =>
      (await server.dashboards.list(folderId)).map(({ id, content, schemaVersion }): PresentObject => ({
        kind: "dashboard",
        key: `${name}/${content.title}`,
        body: {
          ...own(content, ["dashboardId", "created", "updatedAt", "owner"]),
          version: schemaVersion,
          folder: name,
        },
        overwrite: async (body) => {
          const current = await server.dashboards.get(id);
          const { dashboardId, owner, created }: Body = current?.content ?? {};
          const whole = { ...asSent(body), dashboardId, owner, created };
          await server.dashboards.update(id, folderId, current?.hash ?? "", sent(whole));
        },
      })),
    );
    return numbered((await Promise.all(lists)).flat());
  },
  async create(server, { body }) {
    await server.dashboards.create(await folderOf(server, "dashboards", body), sent(asSent(body)));
  },
};

/** The server wants these texts even when they are empty. */
const asSent = (body: Body): Body => ({ description: "", role: "", owner: "", ...withoutFolder(body) });

/** How the objects of each kind are read and written. */
export const objectKinds: Readonly<Record<BackupKind, ObjectKind>> = {
  stream: streams,
  enrichmentTable: enrichmentTables,
  function: functions,
  folder: folders,
  template: templates,
  destination: destinations,
  pipelineDestination: pipelineDestinations,
  pipeline: pipelines,
  alert: alerts,
  dashboard: dashboards,
  savedView: savedViews,
  serviceAccount: serviceAccounts,
  user: users,
};

const withoutFolder = ({ folder: _, ...body }: Body): Body => body;

async function namesOf(server: OpenObserve, kind: FolderKind): Promise<Map<string, string>> {
  return new Map((await server.folders.list(kind)).map(({ folderId, name }) => [folderId, name]));
}

/** Ids differ from organisation to organisation; names tell the folder. */
async function folderOf(server: OpenObserve, kind: FolderKind, { folder }: Body): Promise<string> {
  const found: ServerFolder | undefined = await server.folders.getByName(kind, String(folder));
  return found?.folderId ?? "default";
}
