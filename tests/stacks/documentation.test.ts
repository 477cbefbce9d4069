import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alerts } from "@o2cqrs/contract";
import * as markdown from "prettier/plugins/markdown";
import { format } from "prettier/standalone";
import {
  alertTable,
  configTable,
  maskingTable,
  routingTable,
  trafficTable,
} from "../../stacks/documentation.js";

const docs = join(__dirname, "..", "..", "docs");
const tables = { configTable, maskingTable, alertTable, routingTable, trafficTable };

/** A page with its tables as the code has them. */
async function withTables(page: string): Promise<string> {
  const text = page.replace(
    /<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g,
    (_, name: string) => `<!-- ${name} -->\n\n${tables[name as keyof typeof tables]()}\n\n<!-- end -->`,
  );
  return format(text, { parser: "markdown", plugins: [markdown], printWidth: 110 });
}

describe.each(["configuration.md", "masking.md", "alerts.md", "kubernetes.md"])("docs/%s", (name) => {
  const path = join(docs, name);

  it("has the tables that the code has (O2CQRS_WRITE_DOCS=1 writes them)", async () => {
    const page = readFileSync(path, "utf8");
    const expected = await withTables(page);
    if (process.env.O2CQRS_WRITE_DOCS === "1") writeFileSync(path, expected);
    else expect(page).toBe(expected);
  });
});

describe("docs/runbooks.md", () => {
  const page = readFileSync(join(docs, "runbooks.md"), "utf8");
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  it("has a section for every alert, headed by its name, and for nothing else", () => {
    expect([...sections].sort()).toEqual(
      Object.values(alerts)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it("says in every section what to check and what to do", () => {
    for (const section of page.split(/^## /m).slice(1)) {
      expect(section).toMatch(/\*\*Check\.\*\*/);
      expect(section).toMatch(/\*\*Act\.\*\*/);
    }
  });

  it("says of each alert on silence after how long it ends by itself", () => {
    const inWords: Readonly<Record<number, string>> = { 120: "two hours" };
    const silent = Object.values(alerts).flatMap(({ name, signal }) =>
      signal.kind === "silence" ? [{ name, signal }] : [],
    );
    expect(silent.length).toBeGreaterThan(0);
    for (const { name, signal } of silent) {
      const section = page.split(/^## /m).find((each) => each.startsWith(`${name}\n`));
      expect(section).toContain(
        `After ${inWords[signal.lookBackMinutes]} of silence the alert ends by itself`,
      );
    }
  });
});
