import { z } from "zod";
import { undefinedIfMissing } from "./missing.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

export interface AlertTemplateBody {
  readonly name: string;
  readonly type: "http" | "email" | "sns";
  readonly body: string;
  readonly title: string;
}

export const serverAlertTemplateSchema = z.looseObject({
  name: z.string(),
  type: z.enum(["http", "email", "sns"]).default("http"),
  body: z.string(),
  title: z.string().nullish(),
});

export type ServerAlertTemplate = z.output<typeof serverAlertTemplateSchema>;

/** Templates of alert messages. The list holds the server's own `prebuilt_*` too. */
export class AlertTemplates {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  async list(): Promise<ServerAlertTemplate[]> {
    return this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/alerts/templates`,
      answer: z.array(serverAlertTemplateSchema),
    });
  }

  async get(name: string): Promise<ServerAlertTemplate | undefined> {
    return undefinedIfMissing(
      this.transport.send({
        method: "GET",
        path: path`/api/${this.organization}/alerts/templates/${name}`,
        answer: serverAlertTemplateSchema,
      }),
    );
  }

  async create(body: AlertTemplateBody): Promise<void> {
    await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/alerts/templates`,
      body,
      answer: anything,
    });
  }

  async update(body: AlertTemplateBody): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/alerts/templates/${body.name}`,
      body,
      answer: anything,
    });
  }

  /** @throws ConflictError while a destination uses it */
  async delete(name: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/${this.organization}/alerts/templates/${name}`,
        answer: anything,
      }),
    );
  }
}
