import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { retryOnConflict } from "../base/conflict.js";
import { difference, type Difference, inputsIn } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { preferOwn, takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { NotFoundError, type ServerPipeline, UnexpectedAnswerError } from "../client/index.js";
import type { PipelineInputs } from "./args.js";
import { existingFrom, pipelineBody, pipelineKind, pipelineSchema, refuseTakenSource } from "./rules.js";

type PipelineState = PipelineInputs & { readonly pipelineId: string };

/** Pipelines, which the server gives ids; names are not unique, so an own one is found by its marker. */
export class PipelineProvider extends Provider<PipelineInputs, PipelineState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(pipelineSchema, news);
  }

  diff(_id: string, olds: Properties, news: PipelineInputs): Difference {
    return difference(pipelineKind, olds, news);
  }

  protected async make(inputs: PipelineInputs): Promise<dynamic.CreateResult<PipelineState>> {
    const pipelines = await this.server.pipelines.list();
    const existing = preferOwn(
      pipelines
        .filter(({ name }) => name === inputs.name)
        .map((pipeline) => ({ id: pipeline.pipeline_id, ...existingFrom(pipeline, inputs) })),
      inputs.marker,
    );
    if (existing !== undefined && takeOver(pipelineKind, inputs.name, inputs, existing))
      await this.#replaceAll(existing.id, inputs);
    const id = existing?.id ?? (await this.#create(inputs, pipelines));
    return { id, outs: stateOf(inputs, { pipelineId: id }) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const pipeline = await this.server.pipelines.get(id);
    if (pipeline === undefined) return {};
    const known = inputsIn(pipelineKind, state);
    return refreshed(pipelineKind, id, state, existingFrom(pipeline, known).inputs);
  }

  async update(
    id: string,
    _olds: PipelineState,
    news: PipelineInputs,
  ): Promise<dynamic.UpdateResult<PipelineState>> {
    await this.#replaceAll(id, news);
    return { outs: stateOf(news, { pipelineId: id }) };
  }

  async delete(id: string): Promise<void> {
    await this.server.pipelines.delete(id);
  }

  /** Older servers do not answer the id: it is the one that the list did not have before. */
  async #create(inputs: PipelineInputs, before: readonly ServerPipeline[]): Promise<string> {
    const { pipelines, organization } = this.server;
    refuseTakenSource(inputs, before, undefined);
    const answered = await pipelines.create(pipelineBody(inputs, organization));
    if (answered !== undefined) return answered;
    const known = new Set(before.map(({ pipeline_id }) => pipeline_id));
    const found = (await pipelines.list()).find(
      ({ name, pipeline_id }) => name === inputs.name && !known.has(pipeline_id),
    );
    if (found !== undefined) return found.pipeline_id;
    throw new UnexpectedAnswerError({
      method: "POST",
      path: "/pipelines",
      status: 200,
      serverMessage: `pipeline ${inputs.name} was saved and is not in the list`,
      cure: "Deploy again: it will be adopted.",
    });
  }

  /** Replaces a pipeline: `enabled` is switched by a request of its own. */
  async #replaceAll(id: string, inputs: PipelineInputs): Promise<void> {
    const { pipelines, organization } = this.server;
    await retryOnConflict(`Pipeline ${inputs.name}`, async () => {
      const current = await pipelines.get(id);
      if (current === undefined) throw gone(id, inputs);
      await pipelines.update(id, current.version, pipelineBody(inputs, organization));
      if (current.enabled !== inputs.enabled) await pipelines.setEnabled(id, inputs.enabled);
    });
  }
}

function gone(id: string, { name }: PipelineInputs): NotFoundError {
  return new NotFoundError({
    method: "PUT",
    path: `/pipelines/${id}`,
    serverMessage: `pipeline ${name} is gone`,
    cure: "Run pulumi refresh, then deploy again.",
  });
}

export const provider = new PipelineProvider();
