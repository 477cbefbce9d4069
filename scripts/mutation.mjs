// `npm run mutation`: changes the contract and the builders one small step at a time and counts the changes
// that their tests notice. Arguments name what to take, by the beginning of its path: `contract`, `stacks/cqrs/alerts`,
// `contract/pii-email.ts`; default all. Fails below the score aimed at.
import { Stryker } from "@stryker-mutator/core";
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Lowest share of noticed changes that a part may have, in percent. */
const aim = 85;

/**
 * The tests that judge a change, by the beginning of the changed file's path, the longest that fits. The quick ones
 * come first, as the others are left out once a change is noticed; none runs the sources in another process.
 */
const judges = {
  contract: [
    "contract/texts",
    "contract/alerts",
    "contract/logs",
    "contract/streams",
    "contract/thresholds",
    "contract/objectives",
    "contract/env",
    "contract/control",
  ],
  "contract/names": ["contract/names"],
  "contract/pii": ["contract/pii"],
  "stacks/cqrs": ["stacks/observability"],
  "stacks/cqrs/alerts": ["stacks/alerts/catalogue", "stacks/observability"],
  "stacks/cqrs/dashboards": [
    "stacks/dashboards/panels",
    "stacks/dashboards/dashboards",
    "stacks/dashboards/metric-figures",
    "stacks/observability",
    "stacks/dashboards/figures",
  ],
  "stacks/cqrs/masking": ["stacks/queries/alert-query", "stacks/observability", "stacks/masking/programs"],
  "stacks/cqrs/queries": ["stacks/queries"],
};

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const partOf = (file) =>
  Object.keys(judges).reduce(
    (found, part) =>
      file.startsWith(part) && (found === undefined || part.length > found.length) ? part : found,
    undefined,
  );

const chosen = process.argv.length > 2 ? process.argv.slice(2) : [""];
const parts = new Map();
for (const folder of ["contract", "stacks/cqrs"])
  for (const path of readdirSync(folder, { recursive: true })) {
    const file = `${folder}/${path}`;
    if (!file.endsWith(".ts") || /\/(dist|node_modules)\//.test(file)) continue;
    if (chosen.some((start) => file.startsWith(start)))
      parts.set(partOf(file), [...(parts.get(partOf(file)) ?? []), file]);
  }
if (parts.size === 0) {
  console.error(`Nothing begins with ${chosen.join(" or ")}. There are ${Object.keys(judges).join(", ")}.`);
  process.exit(2);
}

async function scoreOf(part, files) {
  const results = await new Stryker({
    mutate: files,
    jest: {
      config: {
        testMatch: judges[part].map((tests) => `<rootDir>/tests/${tests}{/**/*,}.test.ts`),
        globals: { judges: judges[part] },
      },
    },
    htmlReporter: { fileName: `reports/mutation/${part.replaceAll("/", "-")}.html` },
  }).runMutationTest();
  const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count("Killed", "Timeout");
  const unnoticed = count("Survived", "NoCoverage");
  return { part, noticed, of: noticed + unnoticed, unloadable: count("RuntimeError") };
}

const scores = [];
for (const [part, files] of parts) scores.push(await scoreOf(part, files));
await rm("reports/mutation/copies", { recursive: true, force: true });

/** Where nothing was tried nothing was noticed. */
const percent = ({ noticed, of }) => (100 * noticed) / Math.max(of, 1);
for (const score of scores)
  console.log(
    `${score.part}: ${percent(score).toFixed(1)}% (${score.noticed} of ${score.of} changes noticed, ` +
      `${score.unloadable} more with which nothing loads)`,
  );
const below = scores.filter((score) => percent(score) < aim);
console.log(`${scores.length - below.length} passed, ${below.length} failed`);
process.exit(below.length > 0 ? 1 : 0);
