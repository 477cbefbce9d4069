import type { Rule } from "./rule.js";
import { alertsHaveDestinations } from "./rules/alerts-have-destinations.js";
import { disruptionBudgets } from "./rules/disruption-budgets.js";
import { httpsInProduction } from "./rules/https-in-production.js";
import { networkPolicies } from "./rules/network-policies.js";
import { noLatestImages } from "./rules/no-latest-images.js";
import { noPlaintextSecrets } from "./rules/no-plaintext-secrets.js";
import { personalDataMasked } from "./rules/personal-data-masked.js";
import { resourceLimits } from "./rules/resource-limits.js";
import { streamRetention } from "./rules/stream-retention.js";

/** All rules of the pack. */
export const rules: readonly Rule[] = [
  noPlaintextSecrets,
  httpsInProduction,
  streamRetention,
  personalDataMasked,
  noLatestImages,
  resourceLimits,
  disruptionBudgets,
  networkPolicies,
  alertsHaveDestinations,
];
