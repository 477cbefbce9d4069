import { z } from "zod";
import { undefinedIfMissing } from "./missing.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

/** Where a collection is, and what it answers. */
interface Collection<Answer> {
  /** Path below the organisation: `/alerts/templates`. */
  readonly path: string;
  /** Sent with every request but a delete. */
  readonly query?: Readonly<Record<string, string>>;
  readonly answer: z.ZodType<Answer>;
}

/** Objects whose name is their id: the five requests that their kinds have in common. */
export abstract class NamedObjects<Body extends { readonly name: string }, Answer> {
  constructor(
    protected readonly transport: Transport,
    protected readonly organization: string,
    private readonly collection: Collection<Answer>,
  ) {}

  async list(): Promise<Answer[]> {
    return this.transport.send({ ...this.#at("GET"), answer: z.array(this.collection.answer) });
  }

  async get(name: string): Promise<Answer | undefined> {
    return undefinedIfMissing(
      this.transport.send({ ...this.#at("GET", name), answer: this.collection.answer }),
    );
  }

  async create(body: Body): Promise<void> {
    await this.transport.send({ ...this.#at("POST"), body, answer: anything });
  }

  async update(body: Body): Promise<void> {
    await this.transport.send({ ...this.#at("PUT", body.name), body, answer: anything });
  }

  /** @throws ConflictError while something uses it */
  async delete(name: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({ method: "DELETE", path: this.pathOf(name), answer: anything }),
    );
  }

  /** Path of the collection, or of one of its objects. */
  protected pathOf(name?: string): string {
    const all = path`/api/${this.organization}` + this.collection.path;
    return name === undefined ? all : all + path`/${name}`;
  }

  #at<M extends "GET" | "POST" | "PUT">(method: M, name?: string) {
    const { query } = this.collection;
    return { method, path: this.pathOf(name), ...(query && { query }) };
  }
}
