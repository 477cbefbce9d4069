import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { awaitShown } from "../base/shown.js";
import { takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { NotFoundError } from "../client/index.js";
import type { AlertDestinationInputs } from "./args.js";
import { alertDestinationKind, alertDestinationSchema, destinationBody, existingFrom } from "./rules.js";

type AlertDestinationState = AlertDestinationInputs;

/** Where alerts are sent; the id is the name. */
export class AlertDestinationProvider extends Provider<AlertDestinationInputs, AlertDestinationState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(alertDestinationSchema, news);
  }

  diff(_id: string, olds: Properties, news: AlertDestinationInputs): Difference {
    return difference(alertDestinationKind, olds, news);
  }

  protected async make(inputs: AlertDestinationInputs): Promise<dynamic.CreateResult<AlertDestinationState>> {
    const { alertDestinations } = this.server;
    await this.#requireTemplate(inputs);
    const existing = await alertDestinations.get(inputs.name);
    if (existing === undefined) await alertDestinations.create(destinationBody(inputs));
    else if (takeOver(alertDestinationKind, inputs.name, inputs, existingFrom(existing)))
      await this.#write(inputs);
    return { id: inputs.name, outs: stateOf(inputs, {}) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const existing = await this.server.alertDestinations.get(id);
    return existing === undefined
      ? {}
      : refreshed(alertDestinationKind, id, state, existingFrom(existing).inputs);
  }

  async update(
    _id: string,
    _olds: AlertDestinationState,
    news: AlertDestinationInputs,
  ): Promise<dynamic.UpdateResult<AlertDestinationState>> {
    await this.#requireTemplate(news);
    await this.#write(news);
    return { outs: stateOf(news, {}) };
  }

  async delete(id: string): Promise<void> {
    await this.server.alertDestinations.delete(id);
  }

  async #write(inputs: AlertDestinationInputs): Promise<void> {
    const { alertDestinations } = this.server;
    await alertDestinations.update(destinationBody(inputs));
    await awaitShown(alertDestinationKind, inputs.name, inputs, async () => {
      const destination = await alertDestinations.get(inputs.name);
      return destination && existingFrom(destination).inputs;
    });
  }

  /** The server answers 200 to an unknown template and saves the destination without one. */
  async #requireTemplate({ name, template }: AlertDestinationInputs): Promise<void> {
    if ((await this.server.alertTemplates.get(template)) !== undefined) return;
    throw new NotFoundError({
      method: "POST",
      path: "/alerts/destinations",
      serverMessage: `destination ${name} names a template ${template} that does not exist`,
      cure: "Pass the name output of an AlertTemplate resource, so that it is made first.",
    });
  }
}

export const provider = new AlertDestinationProvider();
