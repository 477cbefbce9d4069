import { z } from "zod";
import { undefinedIfMissing } from "./missing.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

export const serverFunctionSchema = z.looseObject({ name: z.string(), function: z.string() });

export type ServerFunction = z.output<typeof serverFunctionSchema>;

export interface FunctionTestResult {
  /** The record after the program, or as it was if the program failed. */
  readonly event: unknown;
  /** Why the program failed on this record; empty if it did not. */
  readonly message: string;
}

/** VRL functions. */
export class Functions {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  async list(): Promise<ServerFunction[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/functions`,
      answer: z.object({ list: z.array(serverFunctionSchema) }),
    });
    return answer.list;
  }

  /** `GET /functions/{name}` answers the pipelines that use it, so the list is all there is. */
  async get(name: string): Promise<ServerFunction | undefined> {
    return (await this.list()).find((candidate) => candidate.name === name);
  }

  async create(name: string, vrl: string): Promise<void> {
    await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/functions`,
      body: functionBody(name, vrl),
      answer: anything,
    });
  }

  /** The name in the body must be the path's: another would make a second function. */
  async update(name: string, vrl: string): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/functions/${name}`,
      body: functionBody(name, vrl),
      answer: anything,
    });
  }

  async delete(name: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/${this.organization}/functions/${name}`,
        answer: anything,
      }),
    );
  }

  /** Runs a program on records without saving it. Without `trans_type` the server guesses the language. */
  async test(vrl: string, events: readonly unknown[]): Promise<FunctionTestResult[]> {
    const answer = await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/functions/test`,
      body: { function: vrl, events, trans_type: 0 },
      repeatable: true,
      answer: z.object({ results: z.array(z.object({ event: z.unknown(), message: z.string() })) }),
    });
    return answer.results;
  }
}

const functionBody = (name: string, vrl: string) => ({ name, function: vrl, params: "row", transType: 0 });
