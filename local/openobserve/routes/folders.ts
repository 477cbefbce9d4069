import type { ServerContext } from "../context.js";
import { defaultFolder, findFolder, folderKey, foldersOf, folderTypes } from "../folders/registry.js";
import { string, struct, withDefault } from "../serde/decoder.js";
import { failure, json, ok, type Reply, ReplyError, text } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import type { FolderRecord, FolderType } from "../store/records.js";

/** Folders of dashboards, alerts and reports. */
export const folderRoutes: Area = () => [
  get("/api/v2/:org/folders/:type", list),
  post("/api/v2/:org/folders/:type", create),
  get("/api/v2/:org/folders/:type/name/:name", getByName),
  get("/api/v2/:org/folders/:type/:id", getOne),
  put("/api/v2/:org/folders/:type/:id", update),
  del("/api/v2/:org/folders/:type/:id", remove),
];

const body = struct("struct Folder", {
  folderId: withDefault(string, () => ""),
  name: string,
  description: string,
});

function typeOf(request: ServerRequest): FolderType {
  const given = request.parameter("type");
  const type = folderTypes.find((each) => each === given);
  if (type) return type;
  const expected = folderTypes.map((each) => `\`${each}\``).join(", ");
  throw new ReplyError(text(400, `Invalid URL: unknown variant \`${given}\`, expected one of ${expected}`));
}

const notFound = (): ReplyError => failure(404, "Folder not found");

function list(request: ServerRequest, context: ServerContext): Reply {
  return json(200, { list: foldersOf(context, request.organization, typeOf(request)) });
}

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const type = typeOf(request);
  const { name, description } = request.json(body);
  const trimmed = name.trim();
  if (trimmed === "") throw failure(400, "Folder name cannot be empty");
  if (trimmed.toLowerCase() === defaultFolder) throw failure(400, "Can't update default folder");
  if (foldersOf(context, organization, type).some((folder) => folder.name === trimmed))
    throw failure(400, "Folder with this name already exists in this organization");
  const folder: FolderRecord = { folderId: context.ids.snowflake(), name: trimmed, description };
  await save(context, organization, type, folder);
  return json(200, folder);
}

const save = (
  { metadata }: ServerContext,
  organization: string,
  type: FolderType,
  folder: FolderRecord,
): Promise<void> => metadata.folders.put(organization, folderKey(type, folder.folderId), folder);

function getOne(request: ServerRequest, context: ServerContext): Reply {
  const folder = findFolder(context, request.organization, typeOf(request), request.parameter("id"));
  if (!folder) throw notFound();
  return json(200, folder);
}

function getByName(request: ServerRequest, context: ServerContext): Reply {
  const wanted = request.parameter("name");
  const folder = foldersOf(context, request.organization, typeOf(request)).find(
    ({ name }) => name === wanted,
  );
  if (!folder) throw notFound();
  return json(200, folder);
}

/** An unknown id makes the folder. */
async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const type = typeOf(request);
  const folderId = request.parameter("id");
  const { name, description } = request.json(body);
  if (folderId === defaultFolder) throw failure(400, "Can't update default folder");
  await save(context, request.organization, type, { folderId, name: name.trim(), description });
  return ok("Folder updated");
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const type = typeOf(request);
  const id = request.parameter("id");
  const { metadata } = context;
  const spared = id === defaultFolder && context.version.folders.deleteFullDefault;
  if (!spared && holdsObjects(context, organization, type, id))
    throw failure(400, `Folder contains ${type}, please move/delete ${type} from folder`);
  if (!metadata.folders.get(organization, folderKey(type, id))) throw notFound();
  await metadata.folders.delete(organization, folderKey(type, id));
  return ok("Folder deleted");
}

function holdsObjects(
  { metadata }: ServerContext,
  organization: string,
  type: FolderType,
  id: string,
): boolean {
  if (type === "alerts") return metadata.alerts.list(organization).some(({ folder_id }) => folder_id === id);
  return (
    type === "dashboards" && metadata.dashboards.list(organization).some(({ folderId }) => folderId === id)
  );
}
