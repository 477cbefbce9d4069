import { type CQRSOpenObserveConfig } from "@o2cqrs/contract";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import PQueue from "p-queue";
import { StreamAccounts } from "./accounts.js";
import { Adoption, stopAll } from "./adoption.js";
import { DeadLetters } from "./dead-letters.js";
import { Delivery, type DeliveryParts } from "./delivery.js";
import { DropReport } from "./drop-report.js";
import { IngestEmitter } from "./events.js";
import { frameHeaderBytes, maxRecordBytes } from "./journal/frame.js";
import { Journal, type JournalOptions } from "./journal/journal.js";
import { Lane } from "./lane.js";
import {
  type IngestOptions,
  type IngestTuning,
  type ResolvedIngestOptions,
  resolveIngestOptions,
} from "./options.js";
import { RequestLimit } from "./request-limit.js";
import { BufferRoom } from "./room.js";
import { type OwnedFolder, Spool } from "./spool.js";
import { type StreamStats } from "./stats.js";
import { Transport } from "./transport/transport.js";

/** Where records go: the client, or in tests anything that keeps them. */
export interface RecordSink {
  /** Takes a record and returns at once. Never throws. @returns whether it was taken */
  send(stream: string, record: object): boolean;
  /** The same for a record that is JSON text already; a sink without it is given objects. */
  sendJson?(stream: string, json: string): boolean;
}

/** What the client leaves behind. */
export interface CloseReport {
  readonly streams: Readonly<Record<string, StreamStats>>;
  /** Bytes that were not delivered before the deadline: kept on disk for the next process, or lost without one. */
  readonly undeliveredBytes: number;
}

/**
 * Sends records to OpenObserve in batches, through a buffer that survives the process.
 *
 * It never throws into the application and never waits in it: `send` serialises the record, adds it to a page in
 * memory, and returns. Pages are written to the journal once a turn of the event loop; batches are read back from it
 * and posted. What happens in every case of failure is written in docs/runtime.md; `events` tells of it.
 *
 * @example
 * const client = new IngestClient(ingestOptionsOf(configFromEnv(), { directory: "/var/lib/orders/telemetry" }));
 * client.send("cqrs-commands", { _timestamp: Date.now() * 1000, type: "PlaceOrder" });
 * await client.close();
 */
export class IngestClient implements RecordSink {
  readonly events = new IngestEmitter();
  readonly #options: ResolvedIngestOptions;
  readonly #room: BufferRoom;
  readonly #abort = new AbortController();
  readonly #transport: Transport;
  readonly #parts: DeliveryParts;
  readonly #drops = new DropReport(this.events);
  readonly #accounts = new StreamAccounts(this.#drops);
  readonly #spool: Spool | undefined;
  #folder: Promise<OwnedFolder | undefined>;
  #lanes = new Map<string, Lane>();
  readonly #adoption: Adoption;
  #skewed = false;
  #closing: Promise<CloseReport> | undefined;
  #paused: ReadonlySet<string> = new Set();
  #batchSize: number;

  /** @throws ZodError for a setting out of range */
  constructor(options: IngestOptions) {
    this.#options = resolveIngestOptions(options);
    this.#batchSize = atLeastOne(this.#options.performance.batchSize);
    this.#room = new BufferRoom(this.#options, {
      lanes: () => this.#allLanes(),
      onGivenUp: (stream, records) => this.#accounts.drop(stream, "overflow", records),
      onDrain: () => this.events.tell("drain"),
      isClosing: () => this.#closing !== undefined,
    });
    setMaxListeners(0, this.#abort.signal); // Every batch under way listens, and takes its listener back.
    const { directory, concurrency, performance, staleMs, maxDeadLetterBytes } = this.#options;
    this.#transport = new Transport({
      ...this.#options,
      timeoutMs: performance.timeout,
      onServerTime: (aheadMs) => this.#compareClocks(aheadMs),
    });
    const letters = directory === undefined ? undefined : join(directory, "dead-letters");
    const queue = new PQueue({ concurrency });
    this.#parts = {
      transport: this.#transport,
      queue,
      requests: new RequestLimit(queue, {
        timeoutMs: performance.timeout,
        cooldownMs: this.#options.cooldownMs,
      }),
      deadLetters: new DeadLetters(letters, maxDeadLetterBytes, (error) => this.#diskFailed(error)),
      emitter: this.events,
      options: this.#options,
    };
    this.#spool = directory === undefined ? undefined : new Spool(join(directory, "journals"), staleMs);
    this.#folder = this.#ownFolder();
    this.#adoption = new Adoption(this.#spool, {
      everyMs: staleMs,
      signal: this.#abort.signal,
      createLane: (stream, path) => this.#createLane(stream, Promise.resolve(path)),
      onDiskError: (error) => this.#diskFailed(error),
    });
    this.#adoption.start(this.#folder);
  }

  send(stream: string, record: object): boolean {
    try {
      // What has a `toJSON` of its own may have no JSON at all.
      const json = JSON.stringify(record) as string | undefined;
      if (json !== undefined) return this.sendJson(stream, json);
      this.#setAside(stream, "has no JSON form", "null");
    } catch (error) {
      this.#setAside(stream, `cannot be serialised: ${String(error)}`, "null");
    }
    return false;
  }

  /** Like `send`, for a record that is JSON text already (an object, without line breaks around it). */
  sendJson(stream: string, json: string): boolean {
    const bytes = frameHeaderBytes + json.length;
    if (this.#closing !== undefined) return this.#drop(stream, "closed");
    if (this.#paused.has(stream)) {
      this.#accounts.of(stream).paused++;
      return false;
    }
    if (json.length > maxRecordBytes / 3 && Buffer.byteLength(json) > maxRecordBytes) {
      this.#setAside(stream, `larger than ${maxRecordBytes} bytes`, JSON.stringify(json.slice(0, 1000)));
      return false;
    }
    if (!this.#room.makeRoomFor(bytes)) return this.#drop(stream, "overflow");
    this.#lane(stream).push(json);
    return true;
  }

  /** Streams whose records are not taken for now: they are counted as paused. What was taken before is delivered. */
  get pausedStreams(): readonly string[] {
    return [...this.#paused];
  }

  set pausedStreams(streams: readonly string[]) {
    this.#paused = new Set(streams);
  }

  /** Records per request, from the next batch on. */
  get batchSize(): number {
    return this.#batchSize;
  }

  set batchSize(records: number) {
    this.#batchSize = atLeastOne(records);
  }

  /** Resolves when every record taken so far is in the buffer on disk (or in memory, without a disk). */
  async persisted(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.persisted()));
  }

  /**
   * Resolves when every record taken so far is delivered or set aside, adopted ones included; or when the client is
   * closed before that.
   */
  async flush(): Promise<void> {
    await this.#adoption.looked();
    await Promise.all(this.#allLanes().map((lane) => lane.flush()));
  }

  /**
   * Takes no more records, delivers what it can and ends. Resolves after the deadline at the latest, plus what the
   * disk takes for a last write; never rejects.
   * @param deadlineMs time for the delivery; default 5000
   */
  close({ deadlineMs = 5000 }: { readonly deadlineMs?: number } = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(deadlineMs);
    return this.#closing;
  }

  /** What became of the records, by stream. */
  get stats(): Readonly<Record<string, StreamStats>> {
    return this.#accounts.stats;
  }

  /** Bytes that wait, in memory and on disk; on disk whole segments count. */
  get bufferedBytes(): number {
    return this.#room.usage.disk + this.#room.usage.memory;
  }

  async #close(deadlineMs: number): Promise<CloseReport> {
    this.#adoption.stopLooking();
    const deadline = new AbortController();
    const timeUp = sleep(deadlineMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([this.flush(), timeUp]);
    deadline.abort();
    this.#abort.abort(new Error("The ingest client was closed"));
    const folder = await this.#folder;
    const own = await stopAll([...this.#lanes.values()]);
    await folder?.release({ remove: own === 0 }).catch((error: unknown) => this.#diskFailed(error));
    const undeliveredBytes = own + (await this.#adoption.ended());
    await this.#transport.close();
    if (folder === undefined) this.#accounts.writeOff();
    this.#drops.close();
    return { streams: this.stats, undeliveredBytes };
  }

  #lane(stream: string): Lane {
    let lane = this.#lanes.get(stream);
    if (lane === undefined) {
      lane = this.#createLane(
        stream,
        this.#folder.then((folder) => folder?.journalOf(stream)),
      );
      this.#lanes.set(stream, lane);
    }
    return lane;
  }

  #createLane(stream: string, directory: Promise<string | undefined>): Lane {
    const stats = this.#accounts.of(stream);
    const { performance, maxBatchBytes, concurrency } = this.#options;
    const opening = directory.then((path) => this.#openJournal(stream, path));
    return new Lane(opening, new Delivery(stream, this.#parts, stats, this.#abort.signal), stats, {
      batchSize: () => this.#batchSize,
      flushIntervalMs: performance.flushInterval,
      maxBatchBytes,
      window: concurrency,
      usage: this.#room.usage,
    });
  }

  async #openJournal(stream: string, directory: string | undefined): Promise<Journal> {
    const options: JournalOptions = {
      directory,
      segmentBytes: this.#options.segmentBytes,
      sync: this.#options.durability === "disk",
      usage: this.#room.usage,
      onDiskError: (error) => this.#diskFailed(error),
      onDamage: (bytes) => this.events.tell("damage", { stream, bytes }),
      isCrowded: () => this.#room.isCrowded,
    };
    try {
      return await Journal.open(options);
    } catch (error) {
      this.#diskFailed(error);
      return Journal.inMemory(options);
    }
  }

  async #ownFolder(): Promise<OwnedFolder | undefined> {
    try {
      return await this.#spool?.own(() => this.#folderLost());
    } catch (error) {
      this.#diskFailed(error);
      return undefined;
    }
  }

  /** Another process took our folder, because this one was stopped for long. New records go to a new folder. */
  #folderLost(): void {
    if (this.#closing !== undefined) return;
    this.#diskFailed(new Error("The journal was taken over by another process while this one was stopped"));
    this.#adoption.deliver([...this.#lanes.values()]);
    this.#lanes = new Map();
    this.#folder = this.#ownFolder();
  }

  #allLanes(): Lane[] {
    return [...this.#lanes.values(), ...this.#adoption.lanes];
  }

  #drop(stream: string, reason: "overflow" | "closed"): false {
    this.#accounts.refuse(stream);
    this.#accounts.drop(stream, reason, 1);
    if (reason === "overflow") this.#room.watchForDrain();
    return false;
  }

  #setAside(stream: string, reason: string, record: string): void {
    this.#accounts.refuse(stream);
    this.#accounts.of(stream).deadLettered++;
    void this.#parts.deadLetters.add(stream, reason, [record]);
    this.events.tell("deadLetter", { stream, records: 1, reason });
  }

  /** Told once when the clocks part, and once more if they part again after they agreed. */
  #compareClocks(aheadMs: number): void {
    const skewed = Math.abs(aheadMs) > this.#options.maxClockSkewMs;
    if (skewed && !this.#skewed) this.events.tell("clockSkew", { aheadMs });
    this.#skewed = skewed;
  }

  #diskFailed(error: unknown): void {
    this.events.tell("diskError", { error: error instanceof Error ? error : new Error(String(error)) });
  }
}

/** Whoever sets a batch size of nothing means the smallest: with none, nothing would ever be sent. */
const atLeastOne = (records: number): number => (records >= 1 ? Math.floor(records) : 1);

/** The options that a configuration describes. */
export function ingestOptionsOf(config: CQRSOpenObserveConfig, tuning: IngestTuning = {}): IngestOptions {
  const { baseUrl, org, user, token, performance } = config;
  return { ...tuning, baseUrl, org, credentials: () => ({ user, token }), performance };
}
