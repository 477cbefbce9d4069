import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { awaitShown } from "../base/shown.js";
import { takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import type { PipelineDestinationInputs } from "./args.js";
import {
  destinationBody,
  existingFrom,
  pipelineDestinationKind,
  pipelineDestinationSchema,
  refuseAlertDestination,
} from "./rules.js";

type PipelineDestinationState = PipelineDestinationInputs;

/** Where pipelines send records outside the server; the id is the name. */
export class PipelineDestinationProvider extends Provider<
  PipelineDestinationInputs,
  PipelineDestinationState
> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(pipelineDestinationSchema, news);
  }

  diff(_id: string, olds: Properties, news: PipelineDestinationInputs): Difference {
    return difference(pipelineDestinationKind, olds, news);
  }

  protected async make(
    inputs: PipelineDestinationInputs,
  ): Promise<dynamic.CreateResult<PipelineDestinationState>> {
    const { pipelineDestinations } = this.server;
    const existing = await pipelineDestinations.get(inputs.name);
    if (existing !== undefined) refuseAlertDestination(existing);
    if (existing === undefined) await pipelineDestinations.create(destinationBody(inputs));
    else if (takeOver(pipelineDestinationKind, inputs.name, inputs, existingFrom(existing)))
      await this.#write(inputs);
    return { id: inputs.name, outs: stateOf(inputs, {}) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const existing = await this.server.pipelineDestinations.get(id);
    return existing === undefined
      ? {}
      : refreshed(pipelineDestinationKind, id, state, existingFrom(existing).inputs);
  }

  async update(
    _id: string,
    _olds: PipelineDestinationState,
    news: PipelineDestinationInputs,
  ): Promise<dynamic.UpdateResult<PipelineDestinationState>> {
    await this.#write(news);
    return { outs: stateOf(news, {}) };
  }

  async delete(id: string): Promise<void> {
    await this.server.pipelineDestinations.delete(id);
  }

  async #write(inputs: PipelineDestinationInputs): Promise<void> {
    const { pipelineDestinations } = this.server;
    await pipelineDestinations.update(destinationBody(inputs));
    await awaitShown(pipelineDestinationKind, inputs.name, inputs, async () => {
      const destination = await pipelineDestinations.get(inputs.name);
      return destination && existingFrom(destination).inputs;
    });
  }
}

export const provider = new PipelineDestinationProvider();
