import { AlertTemplateProvider } from "@o2cqrs/providers/alert-template/provider";
import type { KindCase } from "../life-cycle.js";

export const alertTemplate = (prefix: string): KindCase => ({
  kind: "AlertTemplate",
  provider: AlertTemplateProvider,
  args: { name: `${prefix}_template`, body: '{"text":"{alert_name}"}' },
  changes: [
    { what: "body", args: { body: '{"text":"{alert_name} {rows}"}' }, expected: "update" },
    { what: "type", args: { type: "sns" }, expected: "update" },
    { what: "type and title", args: { type: "email", title: "{alert_name}" }, expected: "update" },
    { what: "title", args: { title: "{alert_name} again" }, expected: "update" },
    { what: "name", args: { name: `${prefix}_template_b` }, expected: "replace" },
  ],
  adopts: true,
});
