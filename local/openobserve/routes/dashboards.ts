import type { ServerContext } from "../context.js";
import { hashOf, presentDashboard, presentInList } from "../dashboards/present.js";
import { type DashboardContent, dashboardRequest } from "../dashboards/schema.js";
import { defaultFolder, ensureDefaultFolder, findFolder } from "../folders/registry.js";
import { array, string, struct } from "../serde/decoder.js";
import { failure, json, ok, type Reply } from "../server/reply.js";
import { type Area, del, get, patch, post, put, type ServerRequest } from "../server/route.js";
import type { DashboardRecord } from "../store/records.js";

/** Dashboards. They are kept as they came, without what their schema does not know. */
export const dashboardRoutes: Area = ({ version }) => [
  get("/api/:org/dashboards", list),
  post("/api/:org/dashboards", create),
  patch("/api/:org/dashboards/move", moveMany),
  get("/api/:org/dashboards/:id", getOne),
  put("/api/:org/dashboards/:id", update),
  del("/api/:org/dashboards/:id", remove),
  put("/api/:org/folders/dashboards/:id", move),
  ...(version.dashboards.export ? [get("/api/:org/dashboards/:id/export", getOne)] : []),
];

/** Without `folder` and `title` only the folder `default`. */
function list({ organization, query }: ServerRequest, context: ServerContext): Reply {
  const title = query.get("title");
  const folder = query.get("folder") ?? (title === null ? defaultFolder : null);
  const found = context.metadata.dashboards
    .list(organization)
    .filter(({ folderId, content }) => {
      const named = title === null || content.title.toLowerCase().includes(title.toLowerCase());
      return named && (folder === null || folderId === folder);
    })
    .sort((left, right) => (left.content.title < right.content.title ? -1 : 1));
  const size = Number(query.get("pageSize") ?? 0);
  const page = size > 0 ? found.slice(0, size) : found;
  return json(200, {
    dashboards: page.map((dashboard) =>
      presentInList(dashboard, folderName(context, organization, dashboard.folderId)),
    ),
  });
}

const folderName = (context: ServerContext, organization: string, id: string): string =>
  findFolder(context, organization, "dashboards", id)?.name ?? id;

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization, user } = request;
  const given = request.json(dashboardRequest(context.version));
  const folderId = request.query.get("folder") ?? defaultFolder;
  if (!findFolder(context, organization, "dashboards", folderId)) throw failure(404, "Folder not found");
  assertTitle(given);
  if (folderId === defaultFolder) await ensureDefaultFolder(context, organization, "dashboards");
  const content: DashboardContent = {
    ...given,
    dashboardId: context.ids.snowflake(),
    owner: given.owner || user,
    created: timestamp(context),
  };
  return save(context, organization, { folderId, content });
}

function assertTitle({ title }: DashboardContent): void {
  if (title.trim() === "") throw failure(500, "Dashboard should have title");
}

/** RFC 3339 with nine digits. */
function timestamp({ clock }: ServerContext): string {
  const micros = clock.micros();
  const seconds = new Date(micros / 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000).padStart(6, "0")}000Z`;
}

async function save(
  context: ServerContext,
  organization: string,
  dashboard: DashboardRecord,
): Promise<Reply> {
  await context.metadata.dashboards.put(organization, dashboard.content.dashboardId, dashboard);
  return json(200, presentDashboard(dashboard));
}

function getOne(request: ServerRequest, context: ServerContext): Reply {
  return json(200, presentDashboard(existing(context, request.organization, request.parameter("id"))));
}

function existing({ metadata }: ServerContext, organization: string, id: string): DashboardRecord {
  const dashboard = metadata.dashboards.get(organization, id);
  if (!dashboard) throw failure(404, "Dashboard not found");
  return dashboard;
}

/** Wants the hash of the last read. A body without `created` gets a new one. */
async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization, user, query } = request;
  const given = request.json(dashboardRequest(context.version));
  const old = existing(context, organization, request.parameter("id"));
  if ((query.get("folder") ?? defaultFolder) !== old.folderId) throw failure(404, "Dashboard not found");
  assertTitle(given);
  assertHash(query.get("hash"), old);
  const content: DashboardContent = {
    ...given,
    dashboardId: old.content.dashboardId,
    owner: given.owner || user,
    created: given.created ?? timestamp(context),
  };
  return save(context, organization, { ...old, content });
}

function assertHash(given: string | null, { content }: DashboardRecord): void {
  if (given === null || !/^\d+$/.test(given))
    throw failure(500, "Request to update existing dashboard with missing or invalid hash value. BUG");
  if (given !== hashOf(content))
    throw failure(
      409,
      "Conflict: Failed to save due to concurrent changes. Please refresh the page after backing up your work to avoid losing changes.",
    );
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const id = request.parameter("id");
  existing(context, organization, id);
  const { dashboards, annotations } = context.metadata;
  const marks = annotations.list(organization).filter(({ dashboardId }) => dashboardId === id);
  await context.metadata.write([
    dashboards.change(organization, id),
    ...marks.map(({ annotation_id }) => annotations.change(organization, annotation_id)),
  ]);
  return ok("Dashboard deleted");
}

const moveBody = struct("struct MoveDashboardRequestBody", { from: string, to: string });
const moveManyBody = struct("struct MoveDashboardsRequestBody", {
  dashboard_ids: array(string),
  dst_folder_id: string,
});

/** Where it comes from is not looked at. */
async function move(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { to } = request.json(moveBody);
  return moveTo(request, context, [request.parameter("id")], to);
}

async function moveMany(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { dashboard_ids, dst_folder_id } = request.json(moveManyBody);
  return moveTo(request, context, dashboard_ids, dst_folder_id);
}

async function moveTo(
  { organization }: ServerRequest,
  context: ServerContext,
  ids: readonly string[],
  folderId: string,
): Promise<Reply> {
  if (!findFolder(context, organization, "dashboards", folderId)) throw failure(404, "Folder not found");
  const { dashboards } = context.metadata;
  const moved = ids.map((id) => existing(context, organization, id));
  await context.metadata.write(
    moved.map((dashboard) =>
      dashboards.change(organization, dashboard.content.dashboardId, { ...dashboard, folderId }),
    ),
  );
  return ok("Dashboard moved");
}
