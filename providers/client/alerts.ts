import { z } from "zod";
import { undefinedIfMissing } from "./missing.js";
import { anything, savedSchema } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

/** An alert as it is sent: always whole, as an absent key is reset. */
export interface AlertBody {
  readonly name: string;
  readonly stream_type: string;
  readonly stream_name: string;
  readonly is_real_time: boolean;
  readonly query_condition: Readonly<Record<string, unknown>>;
  readonly trigger_condition: Readonly<Record<string, unknown>>;
  readonly destinations: readonly string[];
  readonly context_attributes: Readonly<Record<string, string>>;
  readonly row_template: string;
  readonly row_template_type: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly tz_offset: number;
  readonly owner?: string;
}

const numberOrAbsent = z.number().nullish();

export const serverAlertSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  stream_type: z.string(),
  stream_name: z.string(),
  is_real_time: z.boolean().default(false),
  query_condition: z.looseObject({
    type: z.string(),
    conditions: z.unknown().optional(),
    sql: z.string().nullish(),
    promql: z.string().nullish(),
    promql_condition: z.looseObject({ operator: z.string(), value: z.unknown() }).nullish(),
    aggregation: z
      .looseObject({
        function: z.string(),
        group_by: z.array(z.string()).nullish(),
        having: z.looseObject({ column: z.string(), operator: z.string(), value: z.unknown() }),
      })
      .nullish(),
    vrl_function: z.string().nullish(),
  }),
  trigger_condition: z.looseObject({
    period: z.number(),
    operator: z.string().default("="),
    threshold: numberOrAbsent,
    frequency: numberOrAbsent,
    frequency_type: z.string().default("minutes"),
    cron: z.string().nullish(),
    silence: numberOrAbsent,
    timezone: z.string().nullish(),
  }),
  destinations: z.array(z.string()).default([]),
  context_attributes: z.record(z.string(), z.string()).nullish(),
  row_template: z.string().nullish(),
  row_template_type: z.string().nullish(),
  description: z.string().nullish(),
  enabled: z.boolean().default(false),
  owner: z.string().nullish(),
});

export type ServerAlert = z.output<typeof serverAlertSchema>;

/** The list names things differently and is the only place that tells the folder. */
export const alertListItemSchema = z.looseObject({
  alert_id: z.string(),
  folder_id: z.string(),
  name: z.string(),
  enabled: z.boolean().optional(),
  last_triggered_at: numberOrAbsent,
  last_satisfied_at: numberOrAbsent,
});

export type AlertListItem = z.output<typeof alertListItemSchema>;

/** Alerts (API v2; v1 is gone). Names are not unique. */
export class Alerts {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  async list(filter: { folder?: string; nameContains?: string } = {}): Promise<AlertListItem[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/v2/${this.organization}/alerts`,
      query: { folder: filter.folder, alert_name_substring: filter.nameContains },
      answer: z.object({ list: z.array(alertListItemSchema) }),
    });
    return answer.list;
  }

  async get(id: string): Promise<ServerAlert | undefined> {
    return undefinedIfMissing(
      this.transport.send({
        method: "GET",
        path: path`/api/v2/${this.organization}/alerts/${id}`,
        answer: serverAlertSchema,
      }),
    );
  }

  /** @returns the id */
  async create(body: AlertBody, folder: string): Promise<string> {
    const saved = await this.transport.send({
      method: "POST",
      path: path`/api/v2/${this.organization}/alerts`,
      // Only the query decides the folder; a folder id in the body is ignored.
      query: { folder },
      body,
      answer: savedSchema.extend({ id: z.string() }),
    });
    return saved.id;
  }

  /** Replaces everything but name, stream and folder, which the server leaves as they are and says 200. */
  async update(id: string, body: AlertBody): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/v2/${this.organization}/alerts/${id}`,
      body,
      answer: anything,
    });
  }

  async move(id: string, folder: string): Promise<void> {
    await this.transport.send({
      method: "PATCH",
      path: path`/api/v2/${this.organization}/alerts/move`,
      body: { alert_ids: [id], dst_folder_id: folder },
      answer: anything,
    });
  }

  async setEnabled(id: string, value: boolean): Promise<void> {
    await this.transport.send({
      method: "PATCH",
      path: path`/api/v2/${this.organization}/alerts/${id}/enable`,
      query: { value },
      answer: anything,
    });
  }

  /** Evaluates nothing: sends a notification now, with no rows. */
  async trigger(id: string): Promise<void> {
    await this.transport.send({
      method: "PATCH",
      path: path`/api/v2/${this.organization}/alerts/${id}/trigger`,
      repeatable: false,
      answer: anything,
    });
  }

  async delete(id: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/v2/${this.organization}/alerts/${id}`,
        answer: anything,
      }),
    );
  }
}
