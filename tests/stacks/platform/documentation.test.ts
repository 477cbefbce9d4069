import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as markdown from "prettier/plugins/markdown";
import { format } from "prettier/standalone";
import {
  costOf,
  costTable,
  dockerCostTable,
  dockerPicture,
  kubernetesPicture,
  sizeTable,
} from "../../../stacks/platform/documentation.js";
import { defaultImages } from "../../../stacks/platform/kubernetes/images.js";

const docs = join(__dirname, "..", "..", "..", "docs");
const path = join(docs, "platform.md");
const parts = { dockerPicture, kubernetesPicture, sizeTable, costTable, dockerCostTable };

describe("docs/platform.md", () => {
  it("has the pictures and tables that the definitions have (O2CQRS_WRITE_DOCS=1 writes them)", async () => {
    const page = readFileSync(path, "utf8");
    const text = page.replace(
      /<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g,
      (_, name: string) => `<!-- ${name} -->\n\n${parts[name as keyof typeof parts]()}\n\n<!-- end -->`,
    );
    const expected = await format(text, { parser: "markdown", plugins: [markdown], printWidth: 110 });
    if (process.env.O2CQRS_WRITE_DOCS === "1") writeFileSync(path, expected);
    else expect(page).toBe(expected);
  });

  it("has each of them", () => {
    const page = readFileSync(path, "utf8");
    for (const name of Object.keys(parts)) expect(page).toContain(`<!-- ${name} -->`);
  });
});

describe("docs/roles.md", () => {
  it("names the releases that are deployed", () => {
    const page = readFileSync(join(docs, "roles.md"), "utf8");
    expect(page).toContain(`OpenObserve ${defaultImages.openobserve.tag.replace(/-debug$/, "")}`);
    expect(page).toContain(`\`nats-server\` ${defaultImages.nats.tag.replace(/-alpine$/, "")}`);
  });
});

describe("the cost of a profile", () => {
  it("is that of the pods its manifests make, so that a database of one's own costs nothing here", () => {
    const own = costOf("small", {}, "replicas");
    const operated = costOf("small", { postgres: { mode: "operator" } }, "replicas");
    expect(operated.cores - own.cores).toBeCloseTo(1.5);
    expect(operated.volumesGi - own.volumesGi).toBe(30);
  });

  it("grows from profile to profile, and with the autoscalers", () => {
    const cores = (["small", "medium", "large"] as const).map((size) => costOf(size, {}, "replicas").cores);
    expect([...cores].sort((a, b) => a - b)).toEqual(cores);
    expect(costOf("medium", {}, "maxReplicas").cores).toBeGreaterThan(cores[1]!);
  });
});
