import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference, inputsIn } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import type { Properties } from "../base/values.js";
import { ConflictError, eventually, NotSettledError } from "../client/index.js";
import type { StreamInputs } from "./args.js";
import {
  createBody,
  inputsFrom,
  isBeingDeleted,
  onlyManaged,
  refuseTypeChanges,
  settingsChange,
  streamKind,
  streamSchema,
} from "./rules.js";

/** A read right after a write has been seen to show the old settings, for less than a second. */
const staleReadMs = 15_000;

/** A stream's state is its inputs: it has no id but its type and name. */
type StreamState = StreamInputs;

/** Streams exist as soon as something is ingested into them, so one that is there is always adopted. */
export class StreamProvider extends Provider<StreamInputs, StreamState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(streamSchema, news);
  }

  diff(_id: string, olds: Properties, news: StreamInputs): Difference {
    const before = inputsIn(streamKind, olds);
    const found = difference(streamKind, onlyManaged(before, news), news);
    if (found.replaces.length === 0 && Array.isArray(news.fields)) refuseTypeChanges(before, news);
    return found;
  }

  protected async make(inputs: StreamInputs): Promise<dynamic.CreateResult<StreamState>> {
    await this.#settle(inputs, true);
    return { id: `${inputs.type}/${inputs.name}`, outs: stateOf(inputs, {}) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const known = inputsIn(streamKind, state);
    const stream = await this.server.streams.get(known.name, known.type);
    return stream === undefined ? {} : refreshed(streamKind, id, state, inputsFrom(stream, known));
  }

  async update(
    _id: string,
    _olds: StreamState,
    news: StreamInputs,
  ): Promise<dynamic.UpdateResult<StreamState>> {
    await this.#settle(news, false);
    return { outs: stateOf(news, {}) };
  }

  async delete(_id: string, { name, type }: StreamState): Promise<void> {
    await this.server.streams.delete(name, type);
  }

  /**
   * Brings the stream to the wanted settings and waits until reads show it. One path serves the new stream,
   * the one that ingest made, the one that a failed create left half-made, and the one whose predecessor is
   * still being deleted: the server then refuses changes for a while.
   *
   * @param expectNew make it before looking: for a new stream that saves a request
   */
  async #settle(inputs: StreamInputs, expectNew: boolean): Promise<void> {
    let deleting = false;
    let unseen = expectNew;
    const settled = await eventually(
      async () => {
        try {
          if (unseen) {
            unseen = false;
            await this.#create(inputs);
          }
          return await this.#approach(inputs);
        } catch (error) {
          if (!isBeingDeleted(error)) throw error;
          deleting = true;
          return undefined;
        }
      },
      { firstPauseMs: 10, withinMs: () => (deleting ? inputs.deletionTimeoutSeconds * 1_000 : staleReadMs) },
    );
    if (settled !== true) throw notSettled(inputs, deleting);
  }

  /** Makes the stream unless it is there. */
  async #create(inputs: StreamInputs): Promise<void> {
    await this.server.streams.create(inputs.name, inputs.type, createBody(inputs)).catch(unlessItExists);
  }

  /** One step towards the wanted stream. @returns true when it is there */
  async #approach(inputs: StreamInputs): Promise<true | undefined> {
    const { streams } = this.server;
    const stream = await streams.get(inputs.name, inputs.type);
    if (stream === undefined) {
      await this.#create(inputs);
      return undefined;
    }
    const change = settingsChange(inputsFrom(stream, inputs), inputs);
    if (change === undefined) return true;
    await streams.updateSettings(inputs.name, inputs.type, change);
    return undefined;
  }
}

/** Someone else, or ingest, was faster: the next step adopts it. */
function unlessItExists(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}

function notSettled({ name, deletionTimeoutSeconds }: StreamInputs, deleting: boolean): NotSettledError {
  return new NotSettledError({
    method: "PUT",
    path: `/streams/${name}/settings`,
    serverMessage: deleting
      ? `an earlier stream ${name} is still being deleted after ${deletionTimeoutSeconds} s`
      : `stream ${name} still shows other settings ${staleReadMs / 1_000} s after they were changed`,
    cure: deleting
      ? "Deploy again later, or raise deletionTimeoutSeconds: the server deletes at its compactor's interval."
      : "Deploy again; if it persists, this server ignores one of the settings.",
  });
}

export const provider = new StreamProvider();
