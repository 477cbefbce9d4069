import { z } from "zod";
import { ValidationError } from "./errors.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

const listedSchema = z.looseObject({ view_id: z.string(), view_name: z.string() });

export const serverSavedViewSchema = listedSchema.extend({ data: z.unknown() });

export type ServerSavedView = z.output<typeof serverSavedViewSchema>;

/** Saved views of the log search. Names are not unique. */
export class SavedViews {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  /** Ids and names; what a view holds only `get` tells. */
  async list(): Promise<z.output<typeof listedSchema>[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/savedviews`,
      answer: z.object({ views: z.array(listedSchema) }),
    });
    return answer.views;
  }

  /** A view that is not there is a 400 of the metadata store. */
  async get(id: string): Promise<ServerSavedView | undefined> {
    try {
      return await this.transport.send({
        method: "GET",
        path: path`/api/${this.organization}/savedviews/${id}`,
        answer: serverSavedViewSchema,
      });
    } catch (error) {
      if (error instanceof ValidationError && /key .* does not exist/.test(error.serverMessage))
        return undefined;
      throw error;
    }
  }

  async getByName(name: string): Promise<ServerSavedView[]> {
    const named = (await this.list()).filter((view) => view.view_name === name);
    const views = await Promise.all(named.map(({ view_id }) => this.get(view_id)));
    return views.filter((view) => view !== undefined);
  }

  /** @returns the id that the server gave it */
  async create(name: string, data: unknown): Promise<string> {
    const created = await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/savedviews`,
      body: { view_name: name, data },
      answer: listedSchema,
    });
    return created.view_id;
  }

  async update(id: string, name: string, data: unknown): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/savedviews/${id}`,
      body: { view_name: name, data },
      answer: anything,
    });
  }

  /** One that is gone is answered as if it had been there. */
  async delete(id: string): Promise<void> {
    await this.transport.send({
      method: "DELETE",
      path: path`/api/${this.organization}/savedviews/${id}`,
      answer: anything,
    });
  }
}
