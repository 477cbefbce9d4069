import { kubernetesManifests } from "../../../../stacks/platform/kubernetes/manifests.js";
import { type KubernetesOptions, kubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";
import { roles } from "../../../../stacks/platform/kubernetes/names.js";
import { secretDefinitions } from "../../../../stacks/platform/kubernetes/secrets.js";

/** What the cluster has around the platform, and the options by which it is used. */

interface Found {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

const all = (options: KubernetesOptions) => kubernetesManifests(options) as unknown as readonly Found[];
const ofKind = (options: KubernetesOptions, kind: string) =>
  all(options).filter((each) => each.kind === kind);
const secretsOf = (options: KubernetesOptions) =>
  secretDefinitions(kubernetesOptions.parse(options)).map(({ name }) => name);

describe("a certificate", () => {
  const issuer = { ingress: { clusterIssuer: "letsencrypt" } };
  const annotation = (options: KubernetesOptions) =>
    ofKind(options, "Ingress")[0]!.metadata.annotations!["cert-manager.io/cluster-issuer"];

  it("is got by cert-manager when an issuer is named, and then no secret of it is made", () => {
    expect(annotation(issuer)).toBe("letsencrypt");
    expect(secretsOf(issuer)).not.toContain("openobserve-tls");
  });

  it("is else the secret that is given", () => {
    expect(annotation({})).toBeUndefined();
    expect(secretsOf({})).toContain("openobserve-tls");
  });
});

describe("an identity that the cloud gives", () => {
  const annotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/telemetry" };
  const options = { storage: { access: "identity", serviceAccountAnnotations: annotations } } as const;

  it("is that of every component that reaches the bucket, and of no other", () => {
    const annotated = ofKind(options, "ServiceAccount").flatMap(({ metadata }) =>
      metadata.annotations === undefined ? [] : [metadata.name],
    );
    expect(annotated.sort()).toEqual([...roles, "backup"].map((name) => `openobserve-${name}`).sort());
    expect(ofKind(options, "ServiceAccount")[0]!.metadata.annotations ?? annotations).toEqual(annotations);
  });

  it("stands in for keys, of which there are none then", () => {
    expect(secretsOf(options)).not.toContain("openobserve-storage");
    expect(JSON.stringify(all(options))).not.toMatch(/ACCESS_KEY|openobserve-storage/);
  });
});

describe("Prometheus", () => {
  const options = { monitoring: { enabled: true } };

  it("is told of the server's nodes by a ServiceMonitor, when there is an operator for it", () => {
    const [monitor] = ofKind(options, "ServiceMonitor");
    const { selector, endpoints } = monitor!.spec as {
      selector: { matchLabels: object };
      endpoints: { port: string; path: string }[];
    };
    expect(endpoints).toEqual([expect.objectContaining({ port: "http", path: "/metrics" })]);
    const service = ofKind(options, "Service").find(
      ({ metadata }) => metadata.name === monitor!.metadata.name,
    );
    expect(service!.metadata).toMatchObject({ labels: selector.matchLabels });
    expect(service!.spec).toMatchObject({ publishNotReadyAddresses: true });
    expect(ofKind({}, "ServiceMonitor")).toEqual([]);
  });
});

describe("a node's own name, place and pod", () => {
  it("reach the server, which puts them into its telemetry", () => {
    const text = JSON.stringify(ofKind({}, "Deployment"));
    for (const name of ["K8S_NODE_NAME", "K8S_NAMESPACE_NAME", "K8S_POD_NAME"]) expect(text).toContain(name);
  });
});

describe("the server's image", () => {
  it("has a shell and curl, without which an ingester is not drained before it stops", () => {
    const [ingester] = ofKind({}, "StatefulSet").filter(
      ({ metadata }) => metadata.name === "openobserve-ingester",
    );
    expect(JSON.stringify(ingester)).toMatch(/"image":"[^"]*\/openobserve:v[\d.]+-debug"/);
  });
});
