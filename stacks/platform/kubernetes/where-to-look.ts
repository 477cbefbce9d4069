import type { WhereToLook } from "../platform.js";
import { nameOf } from "./names.js";
import type { Options } from "./options.js";

/** Where an operator of this deployment looks when its server does not answer, though its pods are ready. */
export function whereToLook({ host, namespace }: Options): WhereToLook {
  const kubectl = `kubectl -n ${namespace}`;
  const ingress = `${kubectl} describe ingress ${nameOf("gateway")}`;
  return {
    unreachable: `The name ${host} must lead to the ingress controller, with its certificate: ${ingress}`,
    unrouted: `The ingress controller has no route to the gateway: ${ingress}`,
    unserved:
      `The deployment ${nameOf("gateway")} or, behind it, ${nameOf("router")} does not serve: ` +
      `${kubectl} get pods, ${kubectl} logs deployment/${nameOf("router")}`,
  };
}
