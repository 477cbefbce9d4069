import { z } from "zod";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";
import { alertingNameSchema } from "../base/name.js";

export interface AlertTemplateSpec extends TakeOver {
  /** Unique name, without `: # ? & % /`, quotes or white space. Changing it replaces the template. */
  name: string;
  /** What kind of destination it is written for. Default `http`. */
  type?: "http" | "email" | "sns";
  /**
   * The message, with variables such as `{alert_name}`, `{stream_name}`, `{alert_count}`, `{rows}` and the
   * names of context attributes. Values are put in as they are, without escaping.
   */
  body: string;
  /** Subject of the e-mail, with the same variables. Required for `email`, refused for the other types. */
  title?: string;
}

export type AlertTemplateArgs = Inputs<AlertTemplateSpec>;

export const alertTemplateSchema = z
  .strictObject({
    name: alertingNameSchema.refine(
      (name) => !name.startsWith("prebuilt_"),
      "must not start with prebuilt_, which the server keeps for its own templates",
    ),
    type: z.enum(["http", "email", "sns"]).default("http"),
    body: z.string().refine((body) => body.trim() !== "", "must not be empty"),
    title: z.string().optional(),
    ...takeOverFields,
  })
  .superRefine((template, context) => {
    const hasTitle = template.title !== undefined && template.title.trim() !== "";
    if (template.type === "email" && !hasTitle)
      context.addIssue({ code: "custom", path: ["title"], message: "an e-mail template needs a title" });
    if (template.type !== "email" && hasTitle)
      context.addIssue({ code: "custom", path: ["title"], message: "only an e-mail template has a title" });
  });

/** Plain inputs with every default filled in. */
export type AlertTemplateInputs = z.output<typeof alertTemplateSchema>;
