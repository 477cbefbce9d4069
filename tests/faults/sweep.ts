import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, type ServerVersion, startServer } from "@o2cqrs/local-openobserve";
import { type Connection, OpenObserve } from "@o2cqrs/providers/client";
import { cqrsProgram, stackName } from "./cqrs-program.js";
import { type Fault, FaultProxy, type Point } from "./fault-proxy.js";
import { InProcessStack, type Outcome, type RunOptions } from "./in-process-stack.js";
import { differences, type Inventory, takeInventory } from "./inventory.js";
import { subjectOf } from "./in-process-providers.js";
import type { RecordedProgram } from "./recorded-program.js";

/** The three things that a deploy does: the first release, the second, and nothing any more. */
export const verbs = ["create", "update", "destroy"] as const;
export type Verb = (typeof verbs)[number];

/** What became of one fault. */
export interface CaseResult {
  readonly verb: Verb;
  readonly fault: Fault;
  readonly point: Point;
  /** The run that met the fault succeeded all the same. */
  readonly riddenOut: boolean;
  /** What was wrong after one more run; empty when the stack had converged. */
  readonly problems: readonly string[];
}

/** What a verb leaves behind when nothing goes wrong, and the requests it takes. */
interface Expected {
  readonly points: readonly Point[];
  readonly inventory: Inventory;
  readonly urns: readonly string[];
}

const idleMs = 24 * 3_600_000;
const credential = { kind: "basic", user: "root@example.com", password: "Complexpass#123" } as const;

/**
 * Deploys the CQRS configuration again and again through a proxy that does something to one request, and looks
 * whether one more run puts everything right.
 */
export class Sweep {
  #expected!: Readonly<Record<Verb, Expected>>;

  private constructor(
    private readonly dataDir: string,
    private readonly server: RunningServer,
    private readonly proxy: FaultProxy,
    private readonly direct: OpenObserve,
    private readonly stack: InProcessStack,
    private readonly releases: readonly [first: RecordedProgram, second: RecordedProgram],
  ) {}

  /** Starts a server of the version, and goes once through all verbs without a fault. */
  static async open(version: ServerVersion): Promise<Sweep> {
    const dataDir = await mkdtemp(join(tmpdir(), "o2cqrs-faults-"));
    const server = await startServer({
      dataDir,
      rootUser: credential.user,
      rootPassword: credential.password,
      version,
      streamDeletionSeconds: 0,
      // Nothing is ingested, and alerts that fire are not the subject.
      alertIntervalMs: idleMs,
      pipelineIntervalMs: idleMs,
    });
    const proxy = await FaultProxy.before(server.url);
    const connection: Connection = { url: proxy.url, organization: "default", credential };
    const projectDir = join(__dirname, "..", "..");
    const stack = await InProcessStack.open({ projectDir, stack: stackName, connection });
    const first = await stack.record(cqrsProgram(connection, 1));
    const second = await stack.record(cqrsProgram(connection, 2));
    await stack.destroy();
    const direct = new OpenObserve({ ...connection, url: server.url });
    const sweep = new Sweep(dataDir, server, proxy, direct, stack, [first, second]);
    sweep.#expected = {
      create: await sweep.#undisturbed("create"),
      update: await sweep.#undisturbed("update"),
      destroy: await sweep.#undisturbed("destroy"),
    };
    return sweep;
  }

  /** The requests of a verb, in an order that is the same in every run. */
  points(verb: Verb): readonly Point[] {
    return this.#expected[verb].points;
  }

  /** How many resources are deployed. */
  get resources(): number {
    return this.#expected.create.urns.length;
  }

  /**
   * Goes once through all verbs, with the fault at the n-th request of each that has as many.
   * @returns a result for each; after one that did not converge the rest of the round is left out
   */
  async round(fault: Fault, n: number): Promise<CaseResult[]> {
    const results: CaseResult[] = [];
    for (const verb of verbs) {
      const point = this.points(verb)[n];
      if (point === undefined) {
        await this.#perform(verb);
        continue;
      }
      const result = await this.#meet(verb, fault, point);
      results.push(result);
      if (result.problems.length > 0) break;
    }
    return results;
  }

  async close(): Promise<void> {
    await this.direct.close();
    await this.proxy.close();
    await this.server.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #meet(verb: Verb, fault: Fault, point: Point): Promise<CaseResult> {
    this.proxy.begin(fault, point);
    const disturbed = await this.#perform(verb, { impatient: fault === "stall" });
    const { struck } = await this.proxy.end();
    this.proxy.begin();
    const { errors } = await this.#perform(verb);
    const drift = verb === "destroy" ? [] : await this.#drift(fault === "outage" ? undefined : point.subject);
    return {
      verb,
      fault,
      point,
      riddenOut: disturbed.errors.length === 0,
      problems: [
        ...(struck ? [] : ["the request was not met: the run asked for something else"]),
        ...errors.map((error) => `the next run failed: ${error}`),
        ...drift,
        ...(await this.#misfits(this.#expected[verb])),
      ],
    };
  }

  async #perform(verb: Verb, options?: RunOptions): Promise<Outcome> {
    if (verb === "destroy") return this.stack.destroy(options);
    return this.stack.up(this.releases[verb === "create" ? 0 : 1], options);
  }

  async #undisturbed(verb: Verb): Promise<Expected> {
    this.proxy.begin();
    const { errors } = await this.#perform(verb);
    const { points } = await this.proxy.end();
    if (errors.length > 0) throw new Error(`without a fault, ${verb} failed: ${errors.join("; ")}`);
    return {
      points: [...points].sort((a, b) => compare(a.subject, b.subject) || a.ordinal - b.ordinal),
      inventory: (await takeInventory(this.direct)).names,
      urns: this.#urns,
    };
  }

  /** What a refresh finds to be other than the state says. */
  async #drift(subject: string | undefined): Promise<string[]> {
    const target = this.stack.snapshot.resources.find(({ urn }) => subjectOf(urn) === subject)?.urn;
    const { errors, changes } = await this.stack.refresh(target === undefined ? {} : { targets: [target] });
    const drifted = (changes.update ?? 0) + (changes.delete ?? 0);
    return [...errors, ...(drifted === 0 ? [] : [`${drifted} resources are not as the state says`])];
  }

  async #misfits({ inventory, urns }: Expected): Promise<string[]> {
    const problems = differences(inventory, await takeInventory(this.direct), this.stack.snapshot);
    return JSON.stringify(urns) === JSON.stringify(this.#urns)
      ? problems
      : [...problems, `the state holds ${this.#urns.length} resources instead of ${urns.length}`];
  }

  get #urns(): string[] {
    return this.stack.snapshot.resources.map(({ urn }) => urn).sort();
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** For reports: `update, cut at Alert cqrs-ingest-failures, request 1 (PUT /api/v2/default/alerts/7)`. */
export function describeCase({ verb, fault, point }: CaseResult): string {
  return `${verb}, ${fault} at ${point.subject}, request ${point.ordinal} (${point.asked})`;
}
