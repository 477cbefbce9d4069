import type { ServerContext } from "../context.js";
import {
  array,
  type Decoded,
  i64,
  map,
  object,
  optional,
  string,
  struct,
  withDefault,
} from "../serde/decoder.js";
import { empty, failure, json, type Reply } from "../server/reply.js";
import { type Area, del, get, post, type ServerRequest } from "../server/route.js";
import type { AnnotationRecord } from "../store/records.js";

/** Marks on the time axis of a dashboard's panels, such as releases. What cannot be done is told in few words. */
export const annotationRoutes: Area = () => [
  get("/api/:org/dashboards/:id/annotations", list),
  post("/api/:org/dashboards/:id/annotations", create),
  del("/api/:org/dashboards/:id/annotations", remove),
];

const none = (): string[] => [];
const orNull = <T>(value: T | undefined): T | null => value ?? null;

/** The client's own id is not looked at. */
const annotation = object(
  {
    annotation_id: optional(string),
    start_time: withDefault(i64, () => 0),
    end_time: map(optional(i64), orNull),
    title: withDefault(string, () => ""),
    text: map(optional(string), orNull),
    tags: withDefault(array(string), none),
    panels: withDefault(array(string), none),
  },
  "struct TimedAnnotation",
);

const createBody = struct("struct TimedAnnotationReq", { timed_annotations: array(annotation) });
const removeBody = struct("struct TimedAnnotationDelete", { annotation_ids: array(string) });

/** Those that touch the time asked for; of the panels asked for, and those that belong to no panel. */
function list(request: ServerRequest, context: ServerContext): Reply {
  const { query } = request;
  const [start, end] = [time(query, "start_time"), time(query, "end_time")];
  if (start >= end) throw failure(400, "start time must be less than end time");
  const panels = query.get("panels")?.split(",");
  const found = annotationsOf(request, context, "get").filter((each) => {
    const shown = panels === undefined || each.panels.length === 0;
    return (
      each.start_time <= end &&
      (each.end_time ?? each.start_time) >= start &&
      (shown || each.panels.some((panel) => panels.includes(panel)))
    );
  });
  return json(200, found.map(present));
}

function time(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (!/^-?\d+$/.test(text)) throw failure(400, "Error parsing query parameters");
  return Number(text);
}

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { timed_annotations: given } = request.json(createBody);
  if (given.length === 0) throw failure(400, "timed_annotations cannot be empty");
  for (const each of given) assertSound(each);
  annotationsOf(request, context, "create");
  if (given.some(({ panels }) => new Set(panels).size < panels.length)) throw failed("create");
  const { organization } = request;
  const dashboardId = request.parameter("id");
  const made = given.map((each) => ({ ...each, dashboardId, annotation_id: context.ids.ksuid() }));
  const { annotations } = context.metadata;
  await context.metadata.write(
    made.map((each) => annotations.change(organization, each.annotation_id, each)),
  );
  return json(200, made.map(present));
}

function assertSound({ title, start_time, end_time }: Decoded<typeof annotation>): void {
  if (title === "") throw failure(400, "title cannot be empty");
  if (end_time !== null && end_time <= start_time)
    throw failure(400, "end time must be greater than start time");
}

/** Unknown ids are no matter unless there is no known one. */
async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { annotation_ids: ids } = request.json(removeBody);
  if (ids.length === 0) throw failure(400, "annotation_ids cannot be empty");
  const gone = annotationsOf(request, context, "delete").filter(({ annotation_id }) =>
    ids.includes(annotation_id),
  );
  if (gone.length === 0) throw failed("delete");
  const { annotations } = context.metadata;
  await context.metadata.write(
    gone.map(({ annotation_id }) => annotations.change(request.organization, annotation_id)),
  );
  return empty(200);
}

/** @throws ReplyError 500 when there is no such dashboard */
function annotationsOf(
  request: ServerRequest,
  { metadata }: ServerContext,
  verb: string,
): readonly AnnotationRecord[] {
  const id = request.parameter("id");
  if (metadata.dashboards.get(request.organization, id) === undefined) throw failed(verb);
  return metadata.annotations.list(request.organization).filter(({ dashboardId }) => dashboardId === id);
}

const failed = (verb: string) => failure(500, `Failed to ${verb} timed annotations`);

const present = ({ annotation_id, start_time, end_time, title, text, tags, panels }: AnnotationRecord) => ({
  ...{ annotation_id, start_time, end_time, title, text, tags, panels },
});
