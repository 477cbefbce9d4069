import { containersOf, podOf } from "../pods.js";
import {
  type Facts,
  isContainer,
  isKind,
  kubernetesKind,
  list,
  object,
  type Resource,
  texts,
  word,
} from "../resource.js";
import type { ResourceRule } from "../rule.js";

/** Variables of a container by which its program takes credentials and has no other way to. */
const environmentSecrets = [
  "ZO_ROOT_USER_PASSWORD",
  "ZO_ROOT_USER_TOKEN",
  "ZO_S3_ACCESS_KEY",
  "ZO_S3_SECRET_KEY",
  "MINIO_ROOT_USER",
  "MINIO_ROOT_PASSWORD",
];

/** Shorter ones would be found in texts by chance. */
const shortestSecret = 8;

const credentialName = /PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY|_DSN$/i;
const credentialShapes = [
  { shape: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: "a private key" },
  { shape: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@$]+@/i, what: "an address with a password" },
];

export const noPlaintextSecrets: ResourceRule = {
  name: "no-plaintext-secrets",
  description: "Credentials stand only where they are kept as credentials.",
  cure: "Put it into a Secret and refer to it, or mark it secret: pulumi config set --secret.",
  check: (resource, facts) => [...misplaced(resource, facts), ...literalVariables(resource)],
};

/** Values of the config's secrets, and what looks like a credential, outside of the places for them. */
function misplaced(resource: Resource, { secrets }: Facts): string[] {
  const known = secrets
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
  return texts(resource.props).flatMap(({ path, text }) => {
    if (isPlaceForSecrets(resource, path)) return [];
    const place = path.join(".");
    if (known.some((secret) => text.includes(secret)))
      return [`${place} holds a value that the stack's config keeps secret`];
    const found = credentialShapes.find(({ shape }) => shape.test(text));
    return found === undefined ? [] : [`${place} holds ${found.what}`];
  });
}

function isPlaceForSecrets(resource: Resource, [first = "", second = ""]: readonly string[]): boolean {
  // The engine's own: providers hold the config that they are given, encrypted.
  if (resource.type.startsWith("pulumi:")) return true;
  if (kubernetesKind(resource) === "Secret") return first === "data" || first === "stringData";
  if (isKind(resource, "AlertDestination")) return ["url", "headers"].includes(first);
  // PagerDuty takes its key in the message.
  if (isKind(resource, "AlertTemplate")) return first === "body";
  if (isKind(resource, "ServiceAccount")) return first === "token";
  if (isContainer(resource)) {
    if (first === "uploads") return true;
    const variable = first === "envs" ? list(resource.props.envs)[Number(second)] : undefined;
    return typeof variable === "string" && environmentSecrets.includes(variable.split("=")[0] ?? "");
  }
  return false;
}

/** Variables of pods that are named as credentials and have their value written out. */
function literalVariables(resource: Resource): string[] {
  const pod = podOf(resource);
  if (pod === undefined) return [];
  return containersOf(pod).flatMap((container) =>
    list(container.env)
      .map(object)
      .filter(({ name, value }) => credentialName.test(word(name)) && value !== undefined && value !== "")
      .map(
        ({ name }) =>
          `container ${word(container.name)} has ${word(name)} written out instead of a reference to a Secret`,
      ),
  );
}
