import { at, isContainer, isKind, kubernetesKind, list, object, type Resource, word } from "../resource.js";
import type { ResourceRule } from "../rule.js";

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export const httpsInProduction: ResourceRule = {
  name: "https-in-production",
  description: "In production, nothing is reached and nothing is told over plain HTTP.",
  cure: "Use an https:// address, and let the gateway's ingress be the only way in.",
  check: (resource, { production }) =>
    production ? [...plainReceiver(resource), ...plainIngress(resource), ...openPort(resource)] : [],
};

function plainReceiver(resource: Resource): string[] {
  const { url } = resource.props;
  if (!isKind(resource, "AlertDestination") || typeof url !== "string") return [];
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  // The address itself may be a credential.
  return protocol === "http:" && !loopback.test(hostname) ? ["alerts are sent over plain HTTP"] : [];
}

function plainIngress(resource: Resource): string[] {
  if (kubernetesKind(resource) !== "Ingress") return [];
  const covered = list(at(resource.props, "spec", "tls")).flatMap((tls) => list(object(tls).hosts));
  const hosts = list(at(resource.props, "spec", "rules")).map((rule) => object(rule).host);
  const annotations = object(at(resource.props, "metadata", "annotations"));
  const redirects = ["force-ssl-redirect", "ssl-redirect"].map(
    (name) => annotations[`nginx.ingress.kubernetes.io/${name}`],
  );
  return [
    ...hosts.filter((host) => !covered.includes(host)).map((host) => `host ${word(host)} has no certificate`),
    ...(redirects.includes("false") ? ["plain HTTP is served instead of redirected"] : []),
  ];
}

/** Ways past the gateway, which is where TLS ends and who comes is checked. */
function openPort(resource: Resource): string[] {
  if (kubernetesKind(resource) === "Service") {
    const type = at(resource.props, "spec", "type");
    return type === "NodePort" || type === "LoadBalancer"
      ? [`a Service of type ${type} goes around the ingress`]
      : [];
  }
  if (!isContainer(resource)) return [];
  return list(resource.props.ports)
    .map(object)
    .filter(({ internal }) => typeof internal === "number" && plainPorts.includes(internal))
    .map(({ internal }) => `port ${word(internal)}, which speaks plain HTTP, is published`);
}

/** The server's HTTP and gRPC, and the object store's. */
const plainPorts = [5080, 5081, 9000, 80];
