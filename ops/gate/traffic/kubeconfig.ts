import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf, usageError } from "../../cli/errors.js";

/** How to speak to a cluster's API server. */
export interface ClusterAccess {
  readonly server: string;
  /** Certificate of the authority that signed the server's, as PEM; absent for the system's authorities. */
  readonly ca?: string | undefined;
  readonly token?: string | undefined;
  /** File that the token was read from. It is replaced before the token expires: after an hour, for a pod's. */
  readonly tokenFile?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  /** Namespace of the context. */
  readonly namespace: string;
}

const contextSchema = z.looseObject({
  name: z.string(),
  context: z.looseObject({ cluster: z.string(), user: z.string(), namespace: z.string().optional() }),
});

const clusterSchema = z.looseObject({
  name: z.string(),
  cluster: z.looseObject({
    server: z.url({ protocol: /^https?$/ }),
    "certificate-authority": z.string().optional(),
    "certificate-authority-data": z.string().optional(),
    "insecure-skip-tls-verify": z.boolean().optional(),
  }),
});

const userSchema = z.looseObject({
  name: z.string(),
  user: z.looseObject({
    token: z.string().optional(),
    tokenFile: z.string().optional(),
    "client-certificate": z.string().optional(),
    "client-certificate-data": z.string().optional(),
    "client-key": z.string().optional(),
    "client-key-data": z.string().optional(),
  }),
});

const kubeconfigSchema = z.looseObject({
  "current-context": z.string().optional(),
  contexts: z.array(contextSchema).default([]),
  clusters: z.array(clusterSchema).default([]),
  users: z.array(userSchema).default([]),
});

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface AccessSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default `$KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig?: string | undefined;
  /** Default the current one. */
  readonly context?: string | undefined;
  /** Default Kubernetes' own. */
  readonly serviceAccountFolder?: string;
}

/**
 * Access to a cluster: inside of one the pod's service account, else a kubeconfig.
 * @throws OperatorError when there is none, or it needs a plugin
 */
export async function clusterAccess(sources: AccessSources): Promise<ClusterAccess> {
  const { env, kubeconfig } = sources;
  const inCluster = nonEmpty(env.KUBERNETES_SERVICE_HOST) !== undefined;
  if (inCluster && kubeconfig === undefined && nonEmpty(env.KUBECONFIG) === undefined)
    return serviceAccount(sources);
  return fromKubeconfig(
    kubeconfig ?? nonEmpty(env.KUBECONFIG?.split(":")[0]) ?? join(env.HOME ?? homedir(), ".kube", "config"),
    sources.context,
  );
}

const nonEmpty = (text: string | undefined) => (text === "" ? undefined : text);

/** The token to show now. A file that cannot be read for a moment ends no release: the token before it is shown. */
export async function tokenOf({ token, tokenFile }: ClusterAccess): Promise<string | undefined> {
  return tokenFile === undefined ? token : contentOf(tokenFile).catch(() => token);
}

/** @throws OperatorError naming the file that cannot be read */
async function contentOf(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw usageError(
      `The credentials for the cluster cannot be read: ${messageOf(error)}`,
      "Correct the path in the kubeconfig; in a pod, let it mount its service account's token.",
    );
  }
}

async function serviceAccount({ env, serviceAccountFolder: folder = serviceAccountFolder }: AccessSources) {
  const host = env.KUBERNETES_SERVICE_HOST ?? "";
  const tokenFile = join(folder, "token");
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? "443"}`,
    ca: await contentOf(join(folder, "ca.crt")),
    token: await contentOf(tokenFile),
    tokenFile,
    namespace: await contentOf(join(folder, "namespace")),
  };
}

async function fromKubeconfig(path: string, contextName: string | undefined): Promise<ClusterAccess> {
  const config = await readConfig(path);
  const pick = <Item extends { readonly name: string }>(
    list: readonly Item[],
    name: string | undefined,
    kind: string,
  ): Item => {
    const found = list.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw usageError(`${path} has no ${kind} ${name ?? "(none is current)"}`, "Name another with --context.");
  };
  const { context } = pick(config.contexts, contextName ?? config["current-context"], "context");
  const { cluster } = pick(config.clusters, context.cluster, "cluster");
  const { user } = pick(config.users, context.user, "user");
  if (cluster["insecure-skip-tls-verify"] === true)
    throw usageError(
      `${path} switches off the check of the server's certificate`,
      "Give the cluster its certificate-authority instead.",
    );
  const beside = (file: string) => resolve(dirname(path), file);
  const content = async (data: string | undefined, file: string | undefined) => {
    if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
    return file === undefined ? undefined : contentOf(beside(file));
  };
  const token = nonEmpty(user.token);
  const tokenFile = token === undefined && user.tokenFile ? beside(user.tokenFile) : undefined;
  const access = {
    server: cluster.server,
    ca: await content(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    token: token ?? (await content(undefined, tokenFile)),
    tokenFile,
    clientCertificate: await content(user["client-certificate-data"], user["client-certificate"]),
    clientKey: await content(user["client-key-data"], user["client-key"]),
    namespace: context.namespace ?? "default",
  };
  if (access.token === undefined && access.clientKey === undefined)
    throw usageError(
      `The user of ${path} has neither a token nor a client certificate`,
      "Plugins are not run: use a service account's token (kubectl create token NAME).",
    );
  return access;
}

async function readConfig(path: string): Promise<z.output<typeof kubeconfigSchema>> {
  try {
    return kubeconfigSchema.parse(parse(await readFile(path, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? "it is not a kubeconfig" : messageOf(error);
    throw usageError(`The kubeconfig ${path} cannot be read: ${why}`, "Name it with --kubeconfig.");
  }
}
