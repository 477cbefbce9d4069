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
  /** It is one of the organisation `default`, which all others see. */
  isDefault: z.boolean().nullish(),
});

export type ServerAlertTemplate = z.output<typeof serverAlertTemplateSchema>;

/** The organisation whose templates all others see and may use. */
const sharing = "default";

/** Templates of alert messages. Every organisation has the server's own `prebuilt_*` too. */
export class AlertTemplates extends NamedObjects<AlertTemplateBody, ServerAlertTemplate> {
  constructor(transport: Transport, organization: string) {
    super(transport, organization, { path: "/alerts/templates", answer: serverAlertTemplateSchema });
  }

  /** The organisation's own, and the server's. */
  override async list(): Promise<ServerAlertTemplate[]> {
    return (await super.list()).filter((template) => this.isOwn(template));
  }

  /** Whether a template is the organisation's, which else merely sees it. */
  isOwn({ isDefault }: ServerAlertTemplate): boolean {
    return isDefault !== true || this.organization === sharing;
  }
}
