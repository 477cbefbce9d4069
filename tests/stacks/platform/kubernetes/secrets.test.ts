import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";
import {
  externalSecretManifests,
  secretDefinitions,
} from "../../../../stacks/platform/kubernetes/secrets.js";

const page = readFileSync(join(__dirname, "..", "..", "..", "..", "docs", "kubernetes.md"), "utf8");

describe("the secrets of a deployment", () => {
  const definitions = secretDefinitions(kubernetesOptions.parse({}));

  it("are each described on the page, key by key, for those who fill a store with them", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `openobserve-"));
    for (const { name, keys } of definitions) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\``));
      for (const key of Object.keys(keys)) expect(row).toContain(`\`${key}\``);
    }
    expect(rows).toHaveLength(definitions.length);
  });

  it("are asked of an External Secrets store by the same names and keys", () => {
    const manifests = externalSecretManifests(
      kubernetesOptions.parse({ externalSecrets: { store: "vault" } }),
    );
    const asked = manifests.map(({ metadata, spec }) => ({
      name: metadata.name,
      references: (spec as { data: { remoteRef: { key: string; property: string } }[] }).data.map(
        ({ remoteRef }) => `${remoteRef.key}#${remoteRef.property}`,
      ),
    }));
    expect(asked).toEqual(
      definitions.map(({ name, keys }) => ({
        name,
        references: Object.keys(keys).map((key) => `openobserve/${name}#${key}`),
      })),
    );
  });
});
