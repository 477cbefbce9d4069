import type { WhereToLook } from "../platform.js";
import type { DockerDefinition } from "./definition.js";

/** Where an operator of this deployment looks when its server does not answer, though its containers are healthy. */
export function whereToLook({ containers }: DockerDefinition): WhereToLook {
  const logOf = (role: string) =>
    `docker logs ${containers.find((each) => each.role === role)?.name ?? role}`;
  const gateway = `The container of the gateway must be reached at that address: ${logOf("gateway")}`;
  return {
    unreachable: gateway,
    unrouted: gateway,
    unserved: `The gateway has no answer of the server: ${logOf("openobserve")}`,
  };
}
