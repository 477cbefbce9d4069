import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { type FunctionInputs, functionSchema } from "./args.js";
import { existingFrom, functionKind, program } from "./rules.js";

type FunctionState = FunctionInputs;

/** VRL functions, whose id is their name. */
export class FunctionProvider extends Provider<FunctionInputs, FunctionState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(functionSchema, news);
  }

  diff(_id: string, olds: Properties, news: FunctionInputs): Difference {
    return difference(functionKind, olds, news);
  }

  protected async make(inputs: FunctionInputs): Promise<dynamic.CreateResult<FunctionState>> {
    const { functions } = this.server;
    const existing = await functions.get(inputs.name);
    if (existing === undefined) await functions.create(inputs.name, program(inputs));
    else if (takeOver(functionKind, inputs.name, inputs, existingFrom(existing)))
      await functions.update(inputs.name, program(inputs));
    return { id: inputs.name, outs: stateOf(inputs, {}) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const existing = await this.server.functions.get(id);
    return existing === undefined ? {} : refreshed(functionKind, id, state, existingFrom(existing).inputs);
  }

  async update(
    id: string,
    _olds: FunctionState,
    news: FunctionInputs,
  ): Promise<dynamic.UpdateResult<FunctionState>> {
    await this.server.functions.update(id, program(news));
    return { outs: stateOf(news, {}) };
  }

  async delete(id: string): Promise<void> {
    await this.server.functions.delete(id);
  }
}

export const provider = new FunctionProvider();
