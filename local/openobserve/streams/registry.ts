import type { Clock } from "../clock.js";
import type { EventBus } from "../context.js";
import type { DataStore, StreamKey } from "../data/store.js";
import type { Metadata } from "../store/metadata.js";
import type { StreamRecord, StreamSettings } from "../store/records.js";
import { implicitSettings } from "./settings.js";

/** Deleting is asynchronous: until it is done the name is taken, and nothing may be written. */
export class StreamBeingDeleted extends Error {
  constructor(readonly key: StreamKey) {
    super(`stream [${key.name}] is being deleted`);
    this.name = "StreamBeingDeleted";
  }
}

export const streamId = ({ type, name }: { readonly type: string; readonly name: string }): string =>
  `${type}/${name}`;

/** What both halves of the server know about a stream beside its rows and columns. */
export class StreamRegistry {
  constructor(
    private readonly metadata: Metadata,
    private readonly data: DataStore,
    private readonly clock: Clock,
    private readonly events: EventBus,
  ) {}

  record(key: StreamKey): StreamRecord | undefined {
    return this.metadata.streams.get(key.organization, streamId(key));
  }

  /** The settings of a stream, those of a stream that never was given any included. */
  settings(key: StreamKey): StreamSettings {
    return this.record(key)?.settings ?? implicitSettings;
  }

  async save(key: StreamKey, change: Partial<Omit<StreamRecord, "type" | "name">>): Promise<void> {
    const known = this.record(key) ?? { type: key.type, name: key.name, createdAt: this.clock.micros() };
    await this.metadata.streams.put(key.organization, streamId(key), { ...known, ...change });
    this.events.emit("streamSettingsChanged", key);
  }

  /**
   * To be called before rows are written to a stream, with the time that becomes its time of creation if there
   * is no such stream yet (microseconds).
   * @throws StreamBeingDeleted
   */
  async prepareWrite(key: StreamKey, createdAt: number): Promise<void> {
    this.assertNotBeingDeleted(key);
    if (!this.record(key)) await this.save(key, { createdAt });
  }

  isBeingDeleted(key: StreamKey): boolean {
    return this.metadata.deletions.get(key.organization, streamId(key)) !== undefined;
  }

  /** @throws StreamBeingDeleted */
  assertNotBeingDeleted(key: StreamKey): void {
    if (this.isBeingDeleted(key)) throw new StreamBeingDeleted(key);
  }

  /** The stream is gone at once; its name is free when the deletion has been finished. */
  async remove(key: StreamKey): Promise<void> {
    const { streams, deletions } = this.metadata;
    const id = streamId(key);
    const deletion = { type: key.type, name: key.name, requestedAt: this.clock.micros() };
    await this.metadata.write([
      streams.change(key.organization, id),
      deletions.change(key.organization, id, deletion),
    ]);
    await this.data.drop(key);
    this.events.emit("streamDropped", key);
  }
}
