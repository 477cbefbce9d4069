import type { scheduling } from "./manifest.js";
import { platformLabels } from "./names.js";
import type { Options } from "./options.js";

/** Who goes last when nodes are short: what holds data before what only serves. */
const values = { data: 1_000_000, serving: 900_000 } as const;

export type Priority = keyof typeof values;

/** Classes belong to the whole cluster, so they carry the namespace's name. */
export const priorityName = (options: Options, priority: Priority): string =>
  `${options.namespace}-${priority}`;

const descriptions: Record<Priority, string> = {
  data: "OpenObserve's ingesters and stores, whose loss loses records",
  serving: "OpenObserve's other roles and its gateway",
};

export const priorityClasses = (options: Options) =>
  (Object.keys(values) as Priority[]).map(
    (priority) =>
      ({
        apiVersion: "scheduling.k8s.io/v1",
        kind: "PriorityClass",
        metadata: { name: priorityName(options, priority), labels: platformLabels },
        value: values[priority],
        preemptionPolicy: "PreemptLowerPriority",
        description: descriptions[priority],
      }) satisfies scheduling.v1.PriorityClass,
  );
