import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { awaitShown } from "../base/shown.js";
import { takeOver, TakeOverRefusedError } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { type AlertTemplateInputs, alertTemplateSchema } from "./args.js";
import { alertTemplateKind, existingFrom, templateBody } from "./rules.js";

type AlertTemplateState = AlertTemplateInputs;

/** Templates of alert messages, whose id is their name. */
export class AlertTemplateProvider extends Provider<AlertTemplateInputs, AlertTemplateState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(alertTemplateSchema, news);
  }

  diff(_id: string, olds: Properties, news: AlertTemplateInputs): Difference {
    return difference(alertTemplateKind, olds, news);
  }

  protected async make(inputs: AlertTemplateInputs): Promise<dynamic.CreateResult<AlertTemplateState>> {
    const { alertTemplates } = this.server;
    const existing = await alertTemplates.get(inputs.name);
    if (existing !== undefined && !alertTemplates.isOwn(existing))
      throw new TakeOverRefusedError(
        `AlertTemplate ${inputs.name} exists in the organisation default, which shares its templates with all ` +
          "others: no other can have one of that name. Choose another name.",
      );
    if (existing === undefined) await alertTemplates.create(templateBody(inputs));
    else if (takeOver(alertTemplateKind, inputs.name, inputs, existingFrom(existing)))
      await this.#write(inputs);
    return { id: inputs.name, outs: stateOf(inputs, {}) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const { alertTemplates } = this.server;
    const existing = await alertTemplates.get(id);
    return existing === undefined || !alertTemplates.isOwn(existing)
      ? {}
      : refreshed(alertTemplateKind, id, state, existingFrom(existing).inputs);
  }

  async update(
    _id: string,
    _olds: AlertTemplateState,
    news: AlertTemplateInputs,
  ): Promise<dynamic.UpdateResult<AlertTemplateState>> {
    await this.#write(news);
    return { outs: stateOf(news, {}) };
  }

  async delete(id: string): Promise<void> {
    await this.server.alertTemplates.delete(id);
  }

  async #write(inputs: AlertTemplateInputs): Promise<void> {
    const { alertTemplates } = this.server;
    await alertTemplates.update(templateBody(inputs));
    await awaitShown(alertTemplateKind, inputs.name, inputs, async () => {
      const template = await alertTemplates.get(inputs.name);
      return template && existingFrom(template).inputs;
    });
  }
}

export const provider = new AlertTemplateProvider();
