import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";
import { backupManifests } from "../../../../stacks/platform/kubernetes/backup.js";
import {
  externalSecretManifests,
  secretDefinitions,
} from "../../../../stacks/platform/kubernetes/secrets.js";

const page = readFileSync(join(__dirname, "..", "..", "..", "..", "docs", "kubernetes.md"), "utf8");

describe("the secrets of a deployment", () => {
  const definitions = secretDefinitions(kubernetesOptions.parse({}));

  it("are each described on the page, key by key, for those who fill a store with them", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `openobserve-"));
    for (const { name, keys, optionalKeys } of definitions) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\``));
      for (const key of Object.keys({ ...keys, ...optionalKeys })) expect(row).toContain(`\`${key}\``);
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

  it("are not asked for what an entry may leave out, and have it where it is there", () => {
    const whole = externalSecretManifests(
      kubernetesOptions.parse({ externalSecrets: { store: "vault" } }),
    ).flatMap(({ spec }) => (spec as { dataFrom?: { extract: { key: string } }[] }).dataFrom ?? []);
    expect(whole.map(({ extract }) => extract.key)).toEqual(["openobserve/openobserve-postgres"]);
    const database = backupManifests(kubernetesOptions.parse({}))
      .filter(({ kind }) => kind === "CronJob")
      .flatMap((job) => JSON.stringify(job).match(/"secretKeyRef":\{"name":"openobserve-postgres"[^}]*\}/g));
    const required = database.filter((reference) => !reference!.includes('"optional":true'));
    expect([required.length, database.length]).toEqual([5, 9]);
  });
});
