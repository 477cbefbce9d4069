import { dashboards, folders } from "@o2cqrs/contract";
import { type OpenObserve, OpenObserveError } from "@o2cqrs/providers/client";
import { messageOf } from "../cli/errors.js";
import { answeredWithin } from "./answered-within.js";

export interface ReleaseMark {
  readonly title: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
}

type Server = Pick<OpenObserve, "folders" | "dashboards">;

/** Milliseconds that a mark is worth to whoever waits for the outcome of a release. */
const longestMs = 30_000;

/** Tells that a release happened on every dashboard of the platform, over every panel; in words, what came of it. */
export async function annotateDashboards(
  server: Server,
  mark: ReleaseMark,
  signal: AbortSignal,
  withinMs = longestMs,
): Promise<string> {
  try {
    return await answeredWithin(withinMs, signal, () => annotate(server, mark));
  } catch (error) {
    // The overview shows releases by the records' versions in any case; a gate does not fail for a mark.
    const unsupported = error instanceof OpenObserveError && error.status === 501;
    const why = unsupported ? "this server has no annotations" : messageOf(error);
    return `not annotated: ${why}; the overview's release panels show the version`;
  }
}

async function annotate(server: Server, mark: ReleaseMark): Promise<string> {
  const folder = await server.folders.getByName("dashboards", folders.dashboards.name);
  const titles = new Set<string>(Object.values(dashboards).map(({ title }) => title));
  const found = folder === undefined ? [] : await server.dashboards.list(folder.folderId);
  const ours = found.filter(({ content }) => titles.has(content.title));
  for (const { id, content } of ours)
    await server.dashboards.annotate(id, {
      title: mark.title,
      text: mark.text,
      start: mark.start * 1000,
      end: mark.end * 1000,
      panels: panelsOf(content.tabs),
      tags: ["release"],
    });
  return `${ours.length} dashboards annotated`;
}

function panelsOf(tabs: readonly unknown[] | undefined): string[] {
  return (tabs ?? []).flatMap((tab) => {
    const { panels } = tab as { panels?: readonly { id?: unknown }[] };
    return (panels ?? []).flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  });
}
