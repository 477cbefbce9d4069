import { Agent, request } from "undici";
import { z } from "zod";
import { exitCodes, messageOf, OperatorError } from "../../cli/errors.js";
import { type TrafficDriver } from "./driver.js";
import { type ClusterAccess, tokenOf } from "./kubeconfig.js";

/** Annotations of ingress-nginx; a second ingress with these takes a share of the first one's traffic. */
export const canaryAnnotations = {
  canary: "nginx.ingress.kubernetes.io/canary",
  weight: "nginx.ingress.kubernetes.io/canary-weight",
} as const;

export interface IngressOptions {
  readonly access: ClusterAccess;
  /** Name of the canary's ingress. */
  readonly ingress: string;
  /** Default the access's. */
  readonly namespace?: string | undefined;
}

const timeoutMs = 15_000;

const ingressSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).optional() }),
});

/** Moves traffic by the weight of a canary ingress, with a patch of that one annotation through the API. */
export function ingressDriver({
  access,
  ingress,
  namespace = access.namespace,
}: IngressOptions): TrafficDriver {
  const agent = new Agent({
    connect: {
      ...(access.ca !== undefined && { ca: access.ca }),
      ...(access.clientCertificate !== undefined && { cert: access.clientCertificate }),
      ...(access.clientKey !== undefined && { key: access.clientKey }),
    },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const path = `/apis/networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/ingresses/${encodeURIComponent(ingress)}`;
  const name = `ingress ${namespace}/${ingress}`;

  async function send(signal: AbortSignal, patch?: object): Promise<number | undefined> {
    try {
      const token = await tokenOf(access);
      const { statusCode, body } = await request(new URL(path, access.server), {
        dispatcher: agent,
        method: patch === undefined ? "GET" : "PATCH",
        headers: {
          accept: "application/json",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(patch !== undefined && { "content-type": "application/merge-patch+json" }),
        },
        ...(patch !== undefined && { body: JSON.stringify(patch) }),
        signal,
      });
      const text = await body.text();
      if (statusCode >= 300) throw refused(name, statusCode, text);
      return weightIn(text);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OperatorError) throw error;
      throw new OperatorError(
        `The cluster at ${access.server} did not answer for ${name}: ${messageOf(error)}`,
        {
          exitCode: exitCodes.unreachable,
          cure: "Check the kubeconfig's server and certificates.",
          cause: error,
        },
      );
    }
  }

  return {
    title: `${name}, annotation ${canaryAnnotations.weight}`,
    read: (signal) => send(signal),
    async set(percent, signal) {
      const weight = String(Math.round(percent));
      const annotations = { [canaryAnnotations.canary]: "true", [canaryAnnotations.weight]: weight };
      const now = await send(signal, { metadata: { annotations } });
      if (now !== Number(weight))
        throw new OperatorError(
          `The weight of ${name} is ${now ?? "not set"} after it was set to ${weight}`,
          {
            cure: "See which controller or admission webhook changes it back.",
          },
        );
    },
    close: () => agent.close(),
  };
}

function weightIn(text: string): number | undefined {
  const weight = ingressSchema.parse(JSON.parse(text)).metadata.annotations?.[canaryAnnotations.weight];
  return weight === undefined ? undefined : Number(weight);
}

function refused(name: string, status: number, text: string): OperatorError {
  const cures: Readonly<Record<number, string>> = {
    401: "Give a token or a client certificate that is valid.",
    403: "Allow get and patch of ingresses in that namespace.",
    404: "Create the canary's ingress first, with the same hosts and paths as the stable one.",
  };
  const cure = cures[status] ?? "See the API server's message.";
  return new OperatorError(`The cluster answered ${status} for ${name}: ${text.slice(0, 300)}`, { cure });
}
