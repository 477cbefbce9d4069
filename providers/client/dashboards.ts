import { z } from "zod";
import { undefinedIfMissing } from "./missing.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

/** A dashboard of schema 8 as it is sent. */
export type DashboardBody = Readonly<Record<string, unknown>> & {
  readonly version: 8;
  readonly title: string;
};

/** The dashboard stands under the key of its schema version: `v8`. */
const envelopeSchema = z
  .looseObject({ version: z.number(), hash: z.string(), folder_id: z.string().optional() })
  .transform((envelope, context) => {
    const content = dashboardContentSchema.safeParse(envelope[`v${envelope.version}`]);
    if (content.success)
      return {
        id: content.data.dashboardId,
        schemaVersion: envelope.version,
        hash: envelope.hash,
        folder: envelope.folder_id,
        content: content.data,
      };
    context.addIssue({ code: "custom", message: `holds no dashboard of version ${envelope.version}` });
    return z.NEVER;
  });

const dashboardContentSchema = z.looseObject({
  dashboardId: z.string(),
  title: z.string(),
  description: z.string().nullish(),
  /** Absent in the first schema versions. */
  tabs: z.array(z.unknown()).optional(),
});

/** A dashboard that the server holds. */
export type ServerDashboard = z.output<typeof envelopeSchema>;

/** Dashboards. Titles are not unique. */
export class Dashboards {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  /** The dashboards of one folder; the server never lists them all at once. */
  async list(folder: string): Promise<ServerDashboard[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/dashboards`,
      query: { folder },
      answer: z.object({ dashboards: z.array(envelopeSchema) }),
    });
    return answer.dashboards;
  }

  async get(id: string): Promise<ServerDashboard | undefined> {
    return undefinedIfMissing(
      this.transport.send({
        method: "GET",
        path: path`/api/${this.organization}/dashboards/${id}`,
        answer: envelopeSchema,
      }),
    );
  }

  async create(folder: string, body: DashboardBody): Promise<ServerDashboard> {
    return this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/dashboards`,
      query: { folder },
      body,
      answer: envelopeSchema,
    });
  }

  /**
   * @param hash of the last read; the server computes it and nobody else can
   * @throws ConflictError when the dashboard has changed since, NotFoundError when it is in another folder
   */
  async update(id: string, folder: string, hash: string, body: DashboardBody): Promise<ServerDashboard> {
    return this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/dashboards/${id}`,
      query: { folder, hash },
      body,
      answer: envelopeSchema,
    });
  }

  async move(id: string, from: string, to: string): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/folders/dashboards/${id}`,
      body: { from, to },
      answer: anything,
    });
  }

  async delete(id: string, folder: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/${this.organization}/dashboards/${id}`,
        query: { folder },
        answer: anything,
      }),
    );
  }

  /**
   * Marks a range of time on panels of a dashboard.
   * @throws UnsupportedError where the server has no annotations
   */
  async annotate(id: string, annotation: Annotation): Promise<void> {
    const { start, end, ...rest } = annotation;
    await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/dashboards/${id}/annotations`,
      body: { timed_annotations: [{ ...rest, start_time: start, end_time: end }] },
      answer: anything,
    });
  }
}

/** A mark on a dashboard's time axis. */
export interface Annotation {
  readonly title: string;
  readonly text: string;
  /** Microseconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** Ids of the panels that show it. */
  readonly panels: readonly string[];
  readonly tags: readonly string[];
}
