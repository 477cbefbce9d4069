import { AlertProvider } from "@o2cqrs/providers/alert/provider";
import { AlertDestinationProvider } from "@o2cqrs/providers/alert-destination/provider";
import { AlertTemplateProvider } from "@o2cqrs/providers/alert-template/provider";
import { StreamProvider } from "@o2cqrs/providers/stream/provider";
import type { KindCase } from "../life-cycle.js";

/** Never enabled: it must not fire at the address of its destination. */
export const alert = (prefix: string): KindCase => {
  const stream = `${prefix}_watched`;
  return {
    kind: "Alert",
    provider: AlertProvider,
    requires: [
      { provider: StreamProvider, args: { name: stream, fields: [{ name: "status", type: "Utf8" }] } },
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
    changes: [
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
      { what: "name", args: { name: `${prefix}_alert_b` }, expected: "replace" },
    ],
    adopts: true,
  };
};
