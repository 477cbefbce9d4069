import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { AlertTemplateBody, ServerAlertTemplate } from "../client/index.js";
import { type AlertTemplateInputs, alertTemplateSchema } from "./args.js";

export const alertTemplateKind: Kind<AlertTemplateInputs> = {
  name: "AlertTemplate",
  schema: alertTemplateSchema,
  // `isDefault` is the server's own: always true in the organisation `default`.
  comparable: (inputs) => ({ ...inputs, title: inputs.title ?? "" }),
  replaceOn: ["name"],
};

export function templateBody({ name, type, body, title }: AlertTemplateInputs): AlertTemplateBody {
  return { name, type, body, title: title ?? "" };
}

/** A template as the server has it, in terms of arguments. It has no room for a marker. */
export function existingFrom({
  name,
  type,
  body,
  title,
}: ServerAlertTemplate): Existing<AlertTemplateInputs> {
  return { inputs: { name, type, body, title: title ?? undefined, adopt: false }, marker: undefined };
}
