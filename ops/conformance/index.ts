import type { OpenObserve } from "@o2cqrs/providers/client";
import { alert } from "./kinds/alert.js";
import { alertDestination } from "./kinds/alert-destination.js";
import { alertTemplate } from "./kinds/alert-template.js";
import { dashboard } from "./kinds/dashboard.js";
import { folder } from "./kinds/folder.js";
import { vrlFunction } from "./kinds/function.js";
import { pipeline } from "./kinds/pipeline.js";
import { serviceAccount } from "./kinds/service-account.js";
import { stream } from "./kinds/stream.js";
import { lifeCycle, type Step } from "./life-cycle.js";

export type { Step } from "./life-cycle.js";
export { junit, table } from "./report.js";

const kinds = [
  stream,
  vrlFunction,
  pipeline,
  alertTemplate,
  alertDestination,
  alert,
  folder,
  dashboard,
  serviceAccount,
];

/**
 * Takes every kind of resource through its life on a server, in names that begin with the prefix.
 *
 * @param prefix lower-case letters and digits, on this server in use by nobody else
 */
export async function conformance(server: OpenObserve, prefix: string): Promise<Step[]> {
  const steps: Step[] = [];
  for (const kind of kinds) steps.push(...(await lifeCycle(server, kind(prefix))));
  return steps;
}
