import { AlertDestinationProvider } from "@o2cqrs/providers/alert-destination/provider";
import { AlertTemplateProvider } from "@o2cqrs/providers/alert-template/provider";
import type { KindCase } from "../life-cycle.js";

export const alertDestination = (prefix: string): KindCase => ({
  kind: "AlertDestination",
  provider: AlertDestinationProvider,
  requires: ["a", "b"].map((end) => ({
    provider: AlertTemplateProvider,
    args: { name: `${prefix}_d_${end}`, body: "{}" },
  })),
  args: {
    type: "http",
    name: `${prefix}_destination`,
    template: `${prefix}_d_a`,
    url: "https://hooks.example.com/first",
    headers: { "x-stage": "first" },
  },
  changes: [
    { what: "url", args: { url: "https://hooks.example.com/second" }, expected: "update" },
    { what: "headers", args: { headers: { "x-stage": "second" } }, expected: "update" },
    { what: "method", args: { method: "put" }, expected: "update" },
    { what: "skipTlsVerify", args: { skipTlsVerify: true }, expected: "update" },
    { what: "template", args: { template: `${prefix}_d_b` }, expected: "update" },
    {
      what: "type",
      args: {
        type: "sns",
        topicArn: "arn:aws:sns:eu-west-1:1:first",
        region: "eu-west-1",
        ...{ url: undefined, headers: undefined, method: undefined, skipTlsVerify: undefined },
      },
      expected: "update",
    },
    { what: "topicArn", args: { topicArn: "arn:aws:sns:eu-west-1:1:second" }, expected: "update" },
    { what: "region", args: { region: "eu-west-3" }, expected: "update" },
    {
      what: "type back",
      args: {
        type: "http",
        url: "https://hooks.example.com/second",
        ...{ topicArn: undefined, region: undefined },
      },
      expected: "update",
    },
    { what: "name", args: { name: `${prefix}_destination_b` }, expected: "replace" },
  ],
  // E-mail needs a server with SMTP.
  ownArguments: ["allowPrivateAddress", "emails"],
  adopts: true,
});
