import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  createEngine,
  type Engine,
  type EngineEvent,
  type EngineOptions,
  type OperationResult,
  type ProviderCall,
} from "@o2cqrs/local-engine";

import { TestProject } from "./project.js";

/**
 * The start of every test program: `Thing` is kept as a file by a dynamic provider that also says what changed
 * (names that begin with `r` force a replacement, `dbr` deletes first); `Plain` has no diff of its own.
 * The input `fail` names a verb that fails, `gate` a URL that a create waits for.
 */
const header = `
const pulumi = require("@pulumi/pulumi");
const plain = {
  async create(inputs) {
    const fs = require("fs"), path = require("path");
    if (inputs.gate) await (await fetch(inputs.gate)).text();
    if (inputs.fail === "die") process.kill(process.pid, "SIGKILL");
    if (inputs.fail === "create") throw new Error("create was refused");
    const count = path.join(process.env.COUNTS, inputs.name);
    const number = fs.existsSync(count) ? Number(fs.readFileSync(count, "utf8")) + 1 : 1;
    fs.writeFileSync(count, String(number));
    const id = inputs.name + "-" + number;
    fs.writeFileSync(path.join(process.env.THINGS, id), JSON.stringify(inputs));
    if (inputs.fail === "health") {
      throw Object.assign(new Error("created, but not healthy"), { id, properties: { ...inputs, token: "ill" }, reasons: ["still ill"] });
    }
    return { id, outs: { ...inputs, token: "token-of-" + id } };
  },
  async update(id, olds, news) {
    if (news.fail === "update") throw new Error("update was refused");
    require("fs").writeFileSync(require("path").join(process.env.THINGS, id), JSON.stringify(news));
    return { outs: { ...news, token: olds.token } };
  },
  async read(id, props) {
    const fs = require("fs"), file = require("path").join(process.env.THINGS, id);
    if (props.fail === "read") throw new Error("read was refused");
    return fs.existsSync(file) ? { id, props: { ...props, ...JSON.parse(fs.readFileSync(file, "utf8")) } } : {};
  },
  async delete(id, props) {
    if (props.fail === "delete") throw new Error("delete was refused");
    require("fs").rmSync(require("path").join(process.env.THINGS, id), { force: true });
  },
};
const withDiff = {
  ...plain,
  async check(olds, news) {
    const failures = news.bad === undefined ? [] : [{ property: "bad", reason: "must not be" }];
    return { inputs: { size: 1, ...news }, failures };
  },
  async diff(id, olds, news) {
    const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
      (name) => name !== "token" && name !== "__provider" && JSON.stringify(olds[name]) !== JSON.stringify(news[name]),
    );
    return {
      changes: names.length > 0,
      replaces: names.filter((name) => name.startsWith("r")),
      deleteBeforeReplace: news.dbr === true,
    };
  },
};
class Thing extends pulumi.dynamic.Resource {
  constructor(name, args, options) {
    super(withDiff, name, { token: undefined, name, ...args }, { ...options, additionalSecretOutputs: ["token"] }, "test", "Thing");
  }
}
class Plain extends pulumi.dynamic.Resource {
  constructor(name, args, options) {
    super(plain, name, { name, ...args }, options, "test", "Plain");
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name, options) {
    super("test:index:Group", name, {}, options);
  }
}
`;

export interface Deployed {
  readonly result: OperationResult;
  readonly calls: readonly ProviderCall[];
  readonly events: readonly EngineEvent[];
}

interface StoredResource extends Record<string, unknown> {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
}

/** A project of things, and what became of them. */
export class ThingProject extends TestProject {
  readonly things = join(this.dir, "things");
  readonly statePath = join(this.dir, ".o2cqrs/state/things/dev.json");
  readonly #counts = join(this.dir, "counts");

  constructor() {
    super({
      "Pulumi.yaml":
        "name: things\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
      "package.json": '{ "name": "things", "private": true }',
    });
    mkdirSync(this.things);
    mkdirSync(this.#counts);
  }

  /** Replaces the program; its exports are the stack's outputs. */
  program(body: string): void {
    this.write("index.js", header + body);
  }

  get env(): Record<string, string> {
    return { THINGS: this.things, COUNTS: this.#counts };
  }

  engine(options: Partial<EngineOptions> = {}): Engine {
    return createEngine({
      projectDir: this.dir,
      stack: "dev",
      passphrase: "test",
      env: this.env,
      ...options,
    });
  }

  async run(
    operation: "preview" | "up" | "refresh" | "destroy",
    options: Partial<EngineOptions> = {},
  ): Promise<Deployed> {
    const calls: ProviderCall[] = [];
    const events: EngineEvent[] = [];
    const engine = this.engine({
      ...options,
      onProviderCall: (call) => {
        calls.push(call);
        options.onProviderCall?.(call);
      },
      onEvent: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
    });
    return { result: await engine[operation](), calls, events };
  }

  /** Runs a program and expects it to succeed. */
  async up(body: string, options: Partial<EngineOptions> = {}): Promise<Deployed> {
    this.program(body);
    const deployed = await this.run("up", options);
    if (!deployed.result.ok) throw new Error(`up failed: ${JSON.stringify(deployed.result.errors)}`);
    return deployed;
  }

  /** The ids of the things that exist, sorted. */
  ids(): string[] {
    return readdirSync(this.things).sort();
  }

  thing(id: string): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.things, id), "utf8")) as Record<string, unknown>;
  }

  /** Changes a thing behind the engine's back. */
  tamper(id: string, change: Record<string, unknown> | undefined): void {
    const path = join(this.things, id);
    if (change) writeFileSync(path, JSON.stringify({ ...this.thing(id), ...change }));
    else rmSync(path);
  }

  stored(): {
    resources: StoredResource[];
    pending_operations: { type: string; resource: StoredResource }[];
    text: string;
  } {
    if (!existsSync(this.statePath)) return { resources: [], pending_operations: [], text: "" };
    const text = readFileSync(this.statePath, "utf8");
    const { deployment } = JSON.parse(text) as {
      deployment: {
        resources?: StoredResource[];
        pending_operations?: { type: string; resource: StoredResource }[];
      };
    };
    return {
      resources: deployment.resources ?? [],
      pending_operations: deployment.pending_operations ?? [],
      text,
    };
  }

  /** The stored resource of a name. */
  resource(name: string): StoredResource | undefined {
    return this.stored().resources.find(({ urn }) => urn.endsWith(`::${name}`));
  }
}

/** The verbs that reached the provider for resources, in order: `Create a`, `Delete b`. */
export function verbs(calls: readonly ProviderCall[]): string[] {
  return calls
    .filter(({ method }) => ["Create", "Update", "Delete", "Read"].includes(method))
    .map(({ method, request }) => `${method} ${String(request.name)}`);
}

/** All the errors of a run in one text. */
export function errorsOf({ result }: Deployed): string {
  return result.errors.map(({ message }) => message).join("\n");
}
