import { AlertProvider } from "@o2cqrs/providers/alert/provider";
import { AlertDestinationProvider } from "@o2cqrs/providers/alert-destination/provider";
import { AlertTemplateProvider } from "@o2cqrs/providers/alert-template/provider";
import { FolderProvider } from "@o2cqrs/providers/folder/provider";
import { StreamProvider } from "@o2cqrs/providers/stream/provider";
import type { KindCase } from "../life-cycle.js";

/** Its destination has a name that nobody answers, as it is enabled for a moment. */
export const alert = (prefix: string): KindCase => {
  const stream = `${prefix}_watched`;
  return {
    kind: "Alert",
    provider: AlertProvider,
    requires: [
      { provider: FolderProvider, args: { name: `${prefix} alerts`, kind: "alerts" } },
      { provider: StreamProvider, args: { name: stream, fields: [{ name: "status", type: "Utf8" }] } },
      { provider: StreamProvider, args: { name: stream, type: "traces" } },
      { provider: StreamProvider, args: { name: `${stream}_b` } },
      { provider: AlertTemplateProvider, args: { name: `${prefix}_a_t`, body: "{}" } },
      ...["a", "b"].map((end) => ({
        provider: AlertDestinationProvider,
        args: {
          type: "http",
          name: `${prefix}_a_${end}`,
          template: `${prefix}_a_t`,
          url: "https://hooks.example.com/",
        },
      })),
    ],
    args: {
      name: `${prefix}_alert`,
      stream,
      condition: { kind: "sql", sql: `SELECT count(*) AS n FROM "${stream}"` },
      trigger: { periodMinutes: 5 },
      destinations: [`${prefix}_a_a`],
      description: "first",
      enabled: false,
    },
    changes: ([folder]) => [
      { what: "description", args: { description: "second" }, expected: "update" },
      { what: "contextAttributes", args: { contextAttributes: { runbook: "r" } }, expected: "update" },
      { what: "trigger", args: { trigger: { periodMinutes: 7, threshold: 3 } }, expected: "update" },
      {
        what: "cron",
        args: { trigger: { periodMinutes: 7, cron: "0 30 9 * * *", timezone: "Europe/Paris" } },
        expected: "update",
      },
      { what: "destinations", args: { destinations: [`${prefix}_a_b`] }, expected: "update" },
      { what: "rowTemplate", args: { rowTemplate: "{n}" }, expected: "update" },
      {
        what: "condition",
        args: {
          condition: { kind: "promql", promql: `count(${stream})`, operator: ">", value: 1 },
        },
        expected: "update",
      },
      {
        what: "condition of comparisons",
        args: { condition: { kind: "custom", where: { column: "status", operator: "=", value: "failed" } } },
        expected: "update",
      },
      { what: "rowTemplateType", args: { rowTemplate: "{}", rowTemplateType: "Json" }, expected: "update" },
      { what: "owner", args: { owner: "root@example.com" }, expected: "update" },
      { what: "folder", args: { folder }, expected: "update" },
      { what: "enabled", args: { enabled: true }, expected: "update" },
      { what: "enabled back", args: { enabled: false }, expected: "update" },
      { what: "stream", args: { stream: `${stream}_b` }, expected: "replace" },
      { what: "streamType", args: { stream, streamType: "traces" }, expected: "replace" },
      { what: "name", args: { name: `${prefix}_alert_b` }, expected: "replace" },
    ],
    adopts: true,
  };
};
