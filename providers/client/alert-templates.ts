import { z } from "zod";
import { NamedObjects } from "./named-objects.js";
import type { Transport } from "./transport.js";

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
export class AlertTemplates extends NamedObjects<AlertTemplateBody, ServerAlertTemplate> {
  constructor(transport: Transport, organization: string) {
    super(transport, organization, { path: "/alerts/templates", answer: serverAlertTemplateSchema });
  }
}
