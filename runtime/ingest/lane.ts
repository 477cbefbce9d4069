import { Batch } from "./batch.js";
import { type Delivery } from "./delivery.js";
import { isBefore, type Position } from "./journal/cursor.js";
import { type Journal, type Usage } from "./journal/journal.js";
import { Page } from "./journal/page.js";
import { type StreamStats } from "./stats.js";

export interface LaneOptions {
  /** Records per batch; asked for each, as it may change. */
  readonly batchSize: () => number;
  readonly maxBatchBytes: number;
  /** Milliseconds that records wait for their batch to fill. */
  readonly flushIntervalMs: number;
  /** Batches of this stream that may be under way. */
  readonly window: number;
  readonly usage: Usage;
}

/** Records of so many milliseconds become one write to the journal, or earlier if they are so many bytes. */
const groupMs = 2;
const groupBytes = 128 * 1024;

interface InFlight {
  readonly from: Position;
  readonly to: Position;
  done: boolean;
}

/** Someone who waits until all before a position is delivered. */
interface Flush {
  readonly to: Position;
  readonly resolve: () => void;
}

/**
 * The way of one stream's records: into a page, in groups to the journal, in batches to the server, in the order
 * they came. Streams do not wait for each other.
 */
export class Lane {
  readonly #opening: Promise<Journal>;
  #journal: Journal | undefined;
  #page = new Page();
  #spare = new Page();
  #groupTimer: NodeJS.Timeout | undefined;
  #writing = false;
  #written: Promise<void> = Promise.resolve();
  #persistWaiters: (() => void)[] = [];
  /** In the order they were asked for, so the last reaches farthest. */
  #flushes: Flush[] = [];
  #inFlight: InFlight[] = [];
  #taking = false;
  /** By the monotonic clock: the other may be set back. */
  #waitingSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #stopping: Promise<number> | undefined;

  /** @param opening must not reject */
  constructor(
    opening: Promise<Journal>,
    readonly delivery: Delivery,
    readonly stats: StreamStats,
    readonly options: LaneOptions,
  ) {
    this.#opening = opening.then((journal) => {
      this.#journal = journal;
      this.#scheduleGroup();
      this.#pump();
      return journal;
    });
  }

  /** Takes a record; it is on disk once `persisted()` resolves. */
  push(json: string): void {
    this.options.usage.memory += this.#page.add(json);
    this.stats.accepted++;
    this.#scheduleGroup();
  }

  /** Resolves when all that was pushed before is in the journal. */
  async persisted(): Promise<void> {
    if (this.#page.records === 0) return this.#written;
    await new Promise<void>((resolve) => {
      this.#persistWaiters.push(resolve);
      this.#scheduleGroup();
    });
  }

  /**
   * Sends what was pushed before without waiting for its batches to fill; resolves when it is delivered or set aside,
   * whatever is pushed meanwhile, or when the lane is stopped. Not while the server is down.
   */
  async flush(): Promise<void> {
    const journal = await this.#opening;
    await this.persisted();
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      this.#flushes.push({ to: journal.end, resolve });
      this.#pump();
    });
  }

  /** Gives up the oldest records to make room. @returns how many, or undefined if there is nothing to give up */
  giveUpOldest(place: "anywhere" | keyof Usage): Promise<number> | undefined {
    return this.#journal?.giveUpOldest(place);
  }

  /** Gives back the space of what is delivered, though its segment is not full. */
  giveBackDelivered(): void {
    this.#journal?.giveBackDelivered();
  }

  get undeliveredBytes(): number {
    return this.#page.size + (this.#journal?.undeliveredBytes ?? 0);
  }

  /**
   * Ends the lane; batches under way must have been aborted. What is left stays in the journal.
   * @returns how many bytes that is
   */
  stop(): Promise<number> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<number> {
    await this.#opening;
    await this.persisted();
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const { resolve } of this.#flushes.splice(0)) resolve();
    const left = this.undeliveredBytes;
    await this.#journal?.close();
    return left;
  }

  /** Writes what is in the page soon: at once if it is much or someone waits for it, else together with what follows. */
  #scheduleGroup(): void {
    if (this.#writing || this.#page.records === 0 || this.#journal === undefined) return;
    const urgent = this.#persistWaiters.length > 0 || this.#page.size >= groupBytes;
    if (urgent) {
      clearTimeout(this.#groupTimer);
      this.#groupTimer = undefined;
      this.#written = this.#writeGroup(this.#journal);
    } else {
      this.#groupTimer ??= setTimeout(() => {
        this.#groupTimer = undefined;
        if (this.#journal !== undefined && !this.#writing && this.#page.records > 0)
          this.#written = this.#writeGroup(this.#journal);
      }, groupMs);
    }
  }

  async #writeGroup(journal: Journal): Promise<void> {
    const page = this.#page;
    const waiters = this.#persistWaiters;
    this.#page = this.#spare;
    this.#persistWaiters = [];
    this.#writing = true;
    await journal.append(page);
    this.options.usage.memory -= page.size;
    page.clear();
    this.#spare = page;
    this.#writing = false;
    for (const resolve of waiters) resolve();
    this.#waitingSince ??= performance.now();
    this.#scheduleGroup();
    this.#pump();
  }

  /** Starts as many batches as are due and allowed. */
  #pump(): void {
    const journal = this.#journal;
    if (journal === undefined || this.#stopped) return;
    while (this.#isDelivered(journal, this.#flushes[0])) this.#flushes.shift()?.resolve();
    if (this.#taking || this.#inFlight.length >= this.options.window) return;
    const wait = this.#dueInMs(journal);
    if (wait > 0) this.#pumpIn(wait);
    else void this.#start(journal);
  }

  async #start(journal: Journal): Promise<void> {
    this.#taking = true;
    const from = journal.reader;
    const run = await journal.take(this.#batchSize(), this.options.maxBatchBytes);
    this.#taking = false;
    this.#waitingSince = journal.unreadBytes > 0 ? performance.now() : undefined;
    if (run !== undefined) {
      const inFlight: InFlight = { from, to: run.to, done: false };
      this.#inFlight.push(inFlight);
      this.delivery.deliver(new Batch(run)).then(
        () => this.#finish(inFlight, journal),
        () => undefined, // Aborted: it stays in the journal.
      );
    }
    this.#pump();
  }

  #finish(finished: InFlight, journal: Journal): void {
    finished.done = true;
    let last: InFlight | undefined;
    while (this.#inFlight[0]?.done === true) last = this.#inFlight.shift();
    if (last !== undefined) void journal.commit(last.to);
    this.#pump();
  }

  /** Milliseconds until the next batch is due; 0 for now, Infinity for not before more records come. */
  #dueInMs(journal: Journal): number {
    const bytes = journal.unreadBytes;
    if (bytes === 0) return Infinity;
    const full = journal.unreadRecords >= this.#batchSize() || bytes >= this.options.maxBatchBytes;
    const flush = this.#flushes.at(-1);
    if (full || journal.isBehind || (flush && journal.hasUnreadBefore(flush.to))) return 0;
    const waited = performance.now() - (this.#waitingSince ?? -Infinity);
    return Math.max(0, this.options.flushIntervalMs - waited);
  }

  #pumpIn(ms: number): void {
    if (ms === Infinity || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, ms).unref();
  }

  #batchSize(): number {
    return Math.min(this.options.batchSize(), this.delivery.limit.records);
  }

  #isDelivered(journal: Journal, flush: Flush | undefined): boolean {
    if (flush === undefined || this.#taking || journal.hasUnreadBefore(flush.to)) return false;
    const oldest = this.#inFlight[0];
    return oldest === undefined || !isBefore(oldest.from, flush.to);
  }
}
