import type { Deployment } from "../../local/engine/plan/deployment.js";
import type { Goal } from "../../local/engine/plan/goal.js";
import type { ResourceState } from "../../local/engine/state/resource-state.js";
import type { Urn } from "../../local/engine/urn.js";
import {
  isPropertyList,
  mapProperties,
  type PropertyValue,
  Secret,
} from "../../local/engine/values/property.js";

interface Registration {
  readonly goal: Goal;
  readonly urn: Urn;
  /** The id that the resource had when the program was recorded. */
  readonly id: string;
}

/**
 * What a program asked of the engine, in order, so that it can be asked again without the program. Ids that the
 * server made stand in what depends on them, and are replaced by those of the present run.
 */
export class RecordedProgram {
  readonly #registrations: Registration[] = [];

  /** Notes what is registered with a deployment from now on. */
  recordFrom(deployment: Deployment): void {
    const register = deployment.register.bind(deployment);
    deployment.register = async (goal) => {
      const state = await register(goal);
      if (state !== undefined) this.#registrations.push({ goal, urn: state.urn, id: state.id });
      return state;
    };
  }

  /** Registers everything, each resource when those that it depends on are there. Ends early when the run stops. */
  async replay(deployment: Deployment): Promise<void> {
    const recordedIds = new Map(this.#registrations.map(({ urn, id }) => [urn, id]));
    const begun = new Map<Urn, Promise<ResourceState | undefined>>();
    for (const { goal, urn } of this.#registrations)
      begun.set(urn, this.#register(deployment, goal, begun, recordedIds));
    await Promise.all([...begun.values()]);
  }

  async #register(
    deployment: Deployment,
    goal: Goal,
    begun: ReadonlyMap<Urn, Promise<ResourceState | undefined>>,
    recordedIds: ReadonlyMap<Urn, string>,
  ): Promise<ResourceState | undefined> {
    const needed = await Promise.all(
      [...new Set([goal.parent, ...goal.dependencies])]
        .filter((urn) => urn !== "")
        .map(async (urn) => begun.get(urn)),
    );
    const changed: [string, string][] = [];
    for (const state of needed) {
      if (state === undefined) return undefined;
      const before = recordedIds.get(state.urn) ?? "";
      if (before !== state.id) changed.push([before, state.id]);
    }
    if (changed.length === 0) return deployment.register(goal);
    const renew = (value: PropertyValue): PropertyValue => {
      if (typeof value === "string")
        return changed.reduce((text, [before, now]) => text.replaceAll(before, now), value);
      if (value instanceof Secret) return new Secret(renew(value.value));
      if (isPropertyList(value)) return value.map(renew);
      if (typeof value === "object" && value !== null) return mapProperties(value as never, renew);
      return value;
    };
    return deployment.register({ ...goal, properties: mapProperties(goal.properties, renew) });
  }
}
