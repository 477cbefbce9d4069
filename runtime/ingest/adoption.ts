import { orAborted } from "../context/abort.js";
import { type Lane } from "./lane.js";
import { type OwnedFolder, type Spool } from "./spool.js";

export interface AdoptionOptions {
  /** Milliseconds between two looks for abandoned folders. */
  readonly everyMs: number;
  /** Ends delivering; what is left stays in its folder. */
  readonly signal: AbortSignal;
  readonly createLane: (stream: string, directory: string) => Lane;
  readonly onDiskError: (error: unknown) => void;
}

/**
 * Takes over the journals of processes that died and delivers them beside our own. Runs as long as the process, while
 * others come and go: each folder is on its own, and nothing of it stays when it is delivered.
 */
export class Adoption {
  readonly #lanes = new Set<Lane>();
  readonly #deliveries = new Set<Promise<number>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    readonly spool: Spool | undefined,
    readonly options: AdoptionOptions,
  ) {}

  /** @param ownFolder not before it is locked, or it would be taken for an abandoned one */
  start(ownFolder: Promise<unknown>): void {
    const { spool } = this;
    if (spool === undefined) return;
    const look = () => {
      this.#looking = this.#looking.then(() => this.#adopt(spool)).catch(this.options.onDiskError);
    };
    this.#looking = ownFolder.then(() => undefined);
    look();
    this.#timer = setInterval(look, this.options.everyMs).unref();
  }

  /** Lanes that take no new records, until they are delivered. */
  get lanes(): readonly Lane[] {
    return [...this.#lanes];
  }

  /** Resolves when what was abandoned before is found. */
  async looked(): Promise<void> {
    await this.#looking;
  }

  /** Delivers what stands in lanes that take no more records, and ends them. */
  deliver(lanes: readonly Lane[], folder?: OwnedFolder): void {
    for (const lane of lanes) this.#lanes.add(lane);
    const delivery = this.#deliver(lanes, folder).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
  }

  stopLooking(): void {
    clearInterval(this.#timer);
  }

  /**
   * Resolves when every delivery has ended; the signal must have been aborted.
   * @returns the bytes that were not delivered
   */
  async ended(): Promise<number> {
    await this.#looking; // What it finds yet is given free again for the next process.
    return sum(await Promise.all(this.#deliveries));
  }

  async #adopt(spool: Spool): Promise<void> {
    for (const folder of await spool.adopt()) {
      try {
        const streams = await folder.streams();
        this.deliver(
          streams.map((stream) => this.options.createLane(stream, folder.journalOf(stream))),
          folder,
        );
      } catch (error) {
        this.options.onDiskError(error);
        await folder.release({ remove: false });
      }
    }
  }

  async #deliver(lanes: readonly Lane[], folder: OwnedFolder | undefined): Promise<number> {
    const flushed = Promise.all(lanes.map((lane) => lane.flush()));
    await orAborted(flushed, this.options.signal).catch(() => undefined);
    for (const lane of lanes) this.#lanes.delete(lane);
    const left = await stopAll(lanes);
    await folder?.release({ remove: left === 0 }).catch(this.options.onDiskError);
    return left;
  }
}

/** @returns the bytes that were not delivered */
export async function stopAll(lanes: readonly Lane[]): Promise<number> {
  return sum(await Promise.all(lanes.map((lane) => lane.stop())));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
