import type { Deployment } from "../deployment.js";

/** Numbers that were answered 200, by whoever wrote them. */
export class Writer {
  readonly acknowledged = new Set<number>();
  #next = 0;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(
    private readonly deployment: Deployment,
    readonly stream: string,
  ) {}

  /** Writes one batch. Whatever is not answered 200 is not counted, and may or may not be there. */
  async write(size = 20): Promise<boolean> {
    const numbers = Array.from({ length: size }, () => this.#next++);
    try {
      const { status } = await this.deployment.call(`/api/default/${this.stream}/_json`, {
        method: "POST",
        as: "token",
        body: JSON.stringify(numbers.map((number) => ({ number, message: `record ${number}` }))),
      });
      if (status === 200) numbers.forEach((number) => this.acknowledged.add(number));
      return status === 200;
    } catch {
      return false;
    }
  }

  /** Writes on until told to stop. */
  start(): void {
    this.#stopped = false;
    this.#running = (async () => {
      while (!this.#stopped) {
        // A refused connection answers at once: give what restarts a moment.
        if (!(await this.write())) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Resolves when this many more records have been taken. */
  async taken(more: number): Promise<void> {
    const goal = this.acknowledged.size + more;
    while (this.acknowledged.size < goal) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Those that were answered 200 and cannot be read back. */
  async missing(): Promise<number[]> {
    const now = Date.now() * 1000;
    const answer = await this.deployment.call("/api/default/_search?type=logs", {
      method: "POST",
      as: "root",
      body: JSON.stringify({
        query: {
          sql: `SELECT number FROM "${this.stream}"`,
          start_time: now - 3_600_000_000,
          end_time: now + 60_000_000,
          size: 100_000,
        },
      }),
    });
    if (answer.status !== 200) throw new Error(`the search answered ${answer.status}: ${answer.text}`);
    const { hits } = answer.json() as { hits: { number: number }[] };
    const found = new Set(hits.map(({ number }) => number));
    return [...this.acknowledged].filter((number) => !found.has(number));
  }
}
