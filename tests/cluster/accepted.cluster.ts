import { restoreJob } from "../../stacks/platform/kubernetes/backup.js";
import { kubernetesOptions, type KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { type SizeName, sizes } from "../../stacks/platform/kubernetes/sizes.js";
import { type Pod, podsOf, profiles } from "../stacks/platform/kubernetes/support.js";
import { minutes } from "./api.js";
import { ControlPlane, describeWithCluster } from "./control-plane.js";
import { everything } from "./deployment.js";
import { filledIn } from "./filled-in.js";

const variants: readonly (readonly [string, KubernetesOptions])[] = [
  ...(Object.keys(sizes) as SizeName[]).map((size) => [size, { size }] as const),
  ["everything on", profiles.everything],
  ["with the cloud's identity", { storage: { access: "identity" } }],
];

/** A pod's volumes, with one for each that its workload would claim. */
function volumesOf(spec: Pod["spec"]) {
  const mounted = spec.containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
  const claimed = mounted.filter((name) => spec.volumes.every((volume) => volume.name !== name));
  return [...spec.volumes, ...claimed.map((name) => ({ name, emptyDir: {} }))];
}

// Each wait ends at its event; only a machine that does much besides comes near this.
jest.setTimeout(minutes(10));

describeWithCluster("a real API server", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await ControlPlane.start();
  });
  afterAll(() => plane.stop());

  describe.each(variants)("%s", (name, options) => {
    const namespace = `accepted-${name.replaceAll(/[^a-z]/g, "-")}`;
    const manifests = everything({ ...options, namespace });

    it("accepts every object by strict server-side apply, and warns of none", async () => {
      plane.api.warnings.length = 0;
      for (const manifest of manifests) await plane.api.apply(manifest);
      // The secrets' values are made up, the certificate's too.
      expect(plane.api.warnings.filter((warning) => !warning.includes("certificate input"))).toEqual([]);
    });

    it("admits every pod by the restricted standard", async () => {
      for (const [index, { metadata, spec }] of podsOf(manifests).entries())
        await plane.api.apply(
          {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { ...metadata, name: `pod-${index}`, namespace },
            spec: { ...spec, volumes: volumesOf(spec) },
          },
          { dryRun: true },
        );
    });

    it("fills in nothing that the manifests could have said, and reads back what they say", async () => {
      const differences: string[] = [];
      for (const manifest of manifests) {
        const live = await plane.api.get(manifest);
        differences.push(...filledIn(manifest, live!));
      }
      expect(differences).toEqual([]);
    });

    it("changes nothing when everything is applied again", async () => {
      for (const manifest of manifests) {
        const before = (await plane.api.get(manifest))!;
        const after = await plane.api.apply(manifest);
        expect(after.metadata.generation).toBe(before.metadata.generation);
        expect(filledIn(manifest, after)).toEqual(filledIn(manifest, before));
      }
    });
  });

  it("accepts the job that restores the metadata", async () => {
    const options = kubernetesOptions.parse({ namespace: "accepted-small" });
    await plane.api.apply(restoreJob(options, "2026-11-24"), { dryRun: true });
  });

  it("refuses a pod that may become root, so the standard is in force", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "root", namespace: "accepted-small" },
      spec: { containers: [{ name: "root", image: "example/root:1" }] },
    };
    await expect(plane.api.apply(pod, { dryRun: true })).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  it("refuses a field that it does not know, so a misspelt one would be found", async () => {
    const policy = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "misspelt", namespace: "accepted-small" },
      spec: { maxUnavaliable: 1 },
    };
    await expect(plane.api.apply(policy, { dryRun: true })).rejects.toThrow(/maxUnavaliable/);
  });
});
