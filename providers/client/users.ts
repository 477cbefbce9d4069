import { z } from "zod";
import { AuthenticationError } from "./errors.js";
import { undefinedIfMissing } from "./missing.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

export interface UserNames {
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
}

export const serverUserSchema = z.looseObject({
  email: z.string(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  role: z.string(),
});

export type ServerUser = z.output<typeof serverUserSchema>;

/** The one role beside root that open-source servers know. */
const role = "admin";

/**
 * People of an organisation. A person is one account on the whole server: names and password are the same in
 * every organisation that it is a member of.
 */
export class Users {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  async list(): Promise<ServerUser[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/users`,
      answer: z.object({ data: z.array(serverUserSchema) }),
    });
    return answer.data;
  }

  async get(email: string): Promise<ServerUser | undefined> {
    return (await this.list()).find((user) => user.email === email);
  }

  /** @throws ConflictError when the server has the account, in this organisation or another */
  async create(names: UserNames, password: string): Promise<void> {
    await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/users`,
      body: { ...names, password, role },
      answer: anything,
    });
  }

  /** Makes an account of another organisation a member of this one. */
  async add(email: string): Promise<void> {
    await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/users/${email}`,
      body: { role },
      answer: anything,
    });
  }

  async rename({ email, first_name, last_name }: UserNames): Promise<void> {
    await this.#update(email, { first_name, last_name });
  }

  async setPassword(email: string, password: string): Promise<void> {
    await this.#update(email, { change_password: true, new_password: password });
  }

  /** Whether the account signs in with this password, tried without any credential of ours. */
  async signsIn(email: string, password: string): Promise<boolean> {
    try {
      await this.transport.send({
        method: "POST",
        path: "/auth/login",
        body: { name: email, password },
        repeatable: true,
        answer: anything,
      });
      return true;
    } catch (error) {
      if (error instanceof AuthenticationError) return false;
      throw error;
    }
  }

  /**
   * Removes a member. The server deletes an account that is asked to leave an organisation in which it is not
   * and that has only one other, so it is asked for members only.
   */
  async delete(email: string): Promise<void> {
    if ((await this.get(email)) === undefined) return;
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/${this.organization}/users/${email}`,
        answer: anything,
      }),
    );
  }

  async #update(email: string, body: object): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/users/${email}`,
      body,
      answer: anything,
    });
  }
}
