// `npm run mutation`: changes the contract and the builders one small step at a time and counts the changes
// that their tests notice. Arguments name the parts to take; default all. Fails below the score aimed at.
import { Stryker } from "@stryker-mutator/core";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Lowest share of noticed changes that a part may have, in percent. */
const aim = 85;

/** What is changed, and the tests that judge it: those that run in one process, need no server and are quick. */
const parts = {
  contract: ["contract", "stacks/alerts/catalogue"],
  "stacks/cqrs/queries/alert-query": ["stacks/queries/alert-query"],
  "stacks/cqrs/queries/promql": ["stacks/queries/promql"],
  "stacks/cqrs/queries/sql": ["stacks/queries/sql"],
  "stacks/cqrs/alerts/alert-args": ["stacks/alerts/catalogue"],
  "stacks/cqrs/alerts/channels": ["stacks/alerts/catalogue"],
  "stacks/cqrs/alerts/templates": ["stacks/alerts/catalogue"],
  "stacks/cqrs/dashboards/builder": ["stacks/dashboards/dashboards"],
};

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
const unknown = chosen.filter((part) => !(part in parts));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(", ")}. There are ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}

async function scoreOf(part) {
  const name = part.replaceAll("/", "-");
  const results = await new Stryker({
    mutate: [`${part}{/**/*,}.ts`],
    jest: {
      config: { testMatch: parts[part].map((tests) => `<rootDir>/tests/${tests}{/**/*,}.test.ts`) },
    },
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
  }).runMutationTest();
  const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count("Killed", "Timeout");
  const unnoticed = count("Survived", "NoCoverage");
  return { part, noticed, of: noticed + unnoticed, ignored: count("Ignored") };
}

const scores = [];
for (const part of chosen) scores.push(await scoreOf(part));
await rm("reports/mutation/copies", { recursive: true, force: true });

/** Where nothing was tried nothing was noticed. */
const percent = ({ noticed, of }) => (100 * noticed) / Math.max(of, 1);
for (const score of scores)
  console.log(
    `${score.part}: ${percent(score).toFixed(1)}% (${score.noticed} of ${score.of} changes noticed, ` +
      `${score.ignored} of constants not tried)`,
  );
const below = scores.filter((score) => percent(score) < aim);
console.log(`${scores.length - below.length} passed, ${below.length} failed`);
process.exit(below.length > 0 ? 1 : 0);
