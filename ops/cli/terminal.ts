import { performance } from "node:perf_hooks";
import { createColors } from "picocolors";
import { visibleLine, visibleText } from "./visible-text.js";

/** What a terminal writes to; `process.stdout` and `process.stderr` are two. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface TerminalOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const patienceMs = 2000;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/**
 * Where a verb writes: results to stdout, remarks and progress to stderr. Colour only on a terminal and
 * never under `NO_COLOR`. Values registered as secret are blotted out of everything that passes, and nothing that
 * passes drives the terminal.
 */
export class Terminal {
  readonly colours: ReturnType<typeof createColors>;
  /** Those of remarks: where stderr goes into a file, it is no terminal, whatever stdout is. */
  readonly noteColours: ReturnType<typeof createColors>;
  readonly width: number;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #animated: boolean;
  readonly #secrets = new Set<string>();

  constructor({ stdout, stderr, env }: TerminalOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    const plain = env.NO_COLOR !== undefined && env.NO_COLOR !== "";
    const isColoured = ({ isTTY }: Sink) => isTTY === true && !plain && env.TERM !== "dumb";
    this.colours = createColors(isColoured(stdout));
    this.noteColours = createColors(isColoured(stderr));
    this.#animated = stderr.isTTY === true && env.TERM !== "dumb" && env.CI === undefined;
    this.width = stdout.columns ?? 120;
  }

  /** From now on the value is shown as `[secret]`. Short values are ignored: they would blot out ordinary words. */
  hide(secret: string | undefined): void {
    if (secret !== undefined && secret.length >= 6) this.#secrets.add(secret);
  }

  /** A result that is in colour already, on stdout, without a line's end. */
  write(text: string): void {
    const coloured = this.colours.isColorSupported;
    this.#stdout.write(visibleText(this.redact(text), { coloured }));
  }

  /** A result, a line or several, on stdout. */
  print(text: string): void {
    this.#stdout.write(`${visibleText(this.redact(text))}\n`);
  }

  /** The same in colours; what it holds from elsewhere has been through `visibleText` before it was painted. */
  printColoured(text: string): void {
    this.write(`${text}\n`);
  }

  /** A result that the operator asked to see with its secrets; to a program it goes to the letter. */
  printRevealed(text: string): void {
    this.#stdout.write(`${this.#stdout.isTTY === true ? visibleText(text) : text}\n`);
  }

  /** A remark, on stderr. */
  note(text: string): void {
    this.#stderr.write(`${visibleText(this.redact(text))}\n`);
  }

  /** How something ended that went wrong, on stderr. */
  error(message: string): void {
    this.#stderr.write(`${this.noteColours.red("Error:")} ${visibleText(this.redact(message))}\n`);
  }

  /** Waits for the work; work of more than two seconds is announced on stderr and its time told. */
  async during<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    const label = visibleLine(title);
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
    const shown = { announced: false, frame: 0 };
    const announce = () => {
      if (this.#animated) {
        const frame = frames[shown.frame++ % frames.length] ?? "";
        this.#stderr.write(`\r${frame} ${label} ${seconds()} s`);
      } else if (!shown.announced) this.note(`${label} …`);
      shown.announced = true;
    };
    const first = setTimeout(announce, this.#animated ? 200 : patienceMs);
    const repeat = this.#animated ? setInterval(announce, 100) : undefined;
    try {
      return await work();
    } finally {
      clearTimeout(first);
      clearInterval(repeat);
      if (shown.announced && this.#animated) this.#stderr.write("\r\u001b[2K");
      else if (shown.announced) this.note(`${label}: ${seconds()} s`);
    }
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, "[secret]");
    return clean;
  }
}
