import { type Usage } from "./journal/journal.js";
import { type Lane } from "./lane.js";
import { type ResolvedIngestOptions } from "./options.js";

type Limits = Pick<ResolvedIngestOptions, "maxMemoryBytes" | "maxBufferBytes" | "segmentBytes" | "overflow">;

export interface RoomParts {
  /** Everything that fills the buffer. */
  readonly lanes: () => Lane[];
  /** Records were given up to make room. */
  readonly onGivenUp: (stream: string, records: number) => void;
  /** There is room again after there was none. */
  readonly onDrain: () => void;
  /** No more records are taken. */
  readonly isClosing: () => boolean;
}

/** The room for records that wait, in memory and on disk, and what is done when there is none. */
export class BufferRoom {
  readonly usage: Usage = { disk: 0, memory: 0 };
  #watching = false;

  constructor(
    private readonly limits: Limits,
    private readonly parts: RoomParts,
  ) {}

  /** Half full: what is there should be made smaller before there is no room. */
  get isCrowded(): boolean {
    const { maxMemoryBytes, maxBufferBytes } = this.limits;
    const { memory, disk } = this.usage;
    return memory * 2 > maxMemoryBytes || (memory + disk) * 2 > maxBufferBytes;
  }

  /**
   * Whether so many bytes fit. If not, room is made for them: what is delivered is given back, and with the policy
   * `drop-oldest` the oldest that waits is given up.
   */
  makeRoomFor(bytes: number): boolean {
    return this.#fits(bytes) || this.#makeRoom(bytes);
  }

  /** Space comes back in segments; looking for it a few times a second is enough. */
  watchForDrain(): void {
    if (this.#watching) return;
    this.#watching = true;
    const { segmentBytes, maxMemoryBytes } = this.limits;
    const enough = Math.min(segmentBytes, maxMemoryBytes / 8);
    const timer = setInterval(() => {
      if (!this.parts.isClosing() && !this.#fitsAfterGivingBack(enough)) return;
      clearInterval(timer);
      this.#watching = false;
      this.parts.onDrain();
    }, 100).unref();
  }

  #fits(bytes: number): boolean {
    const { maxMemoryBytes, maxBufferBytes } = this.limits;
    const { memory, disk } = this.usage;
    return memory + bytes <= maxMemoryBytes && memory + disk + bytes <= maxBufferBytes;
  }

  /**
   * Gives back what is delivered, though its segments are not full; if that is not enough and the policy says so, gives
   * up the oldest segments of the fullest lanes until the record fits.
   */
  #makeRoom(bytes: number): boolean {
    if (this.#fitsAfterGivingBack(bytes)) return true;
    if (this.limits.overflow !== "drop-oldest") return false;
    // What is given up on disk makes no room in memory, however much of it.
    const place = () => (this.usage.memory + bytes > this.limits.maxMemoryBytes ? "memory" : "anywhere");
    const fullestFirst = this.parts.lanes().sort((a, b) => b.undeliveredBytes - a.undeliveredBytes);
    for (const lane of fullestFirst) {
      for (let given = lane.giveUpOldest(place()); given !== undefined; given = lane.giveUpOldest(place())) {
        void given.then((records) => this.parts.onGivenUp(lane.delivery.stream, records));
        if (this.#fits(bytes)) return true;
      }
    }
    return false;
  }

  /** Gives back the place of what is delivered. @returns whether so many bytes fit then */
  #fitsAfterGivingBack(bytes: number): boolean {
    for (const lane of this.parts.lanes()) lane.giveBackDelivered();
    return this.#fits(bytes);
  }
}
