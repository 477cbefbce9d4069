import { z } from "zod";
import { undefinedIfMissing } from "./missing.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

export type FolderKind = "dashboards" | "alerts" | "reports";

export const serverFolderSchema = z.looseObject({
  folderId: z.string(),
  name: z.string(),
  description: z.string().default(""),
});

export type ServerFolder = z.output<typeof serverFolderSchema>;

/** Folders of dashboards, alerts and reports (API v2). Names are unique within a kind. */
export class Folders {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  async list(kind: FolderKind): Promise<ServerFolder[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/v2/${this.organization}/folders/${kind}`,
      answer: z.object({ list: z.array(serverFolderSchema) }),
    });
    return answer.list;
  }

  async get(kind: FolderKind, id: string): Promise<ServerFolder | undefined> {
    return undefinedIfMissing(
      this.transport.send({
        method: "GET",
        path: path`/api/v2/${this.organization}/folders/${kind}/${id}`,
        answer: serverFolderSchema,
      }),
    );
  }

  async getByName(kind: FolderKind, name: string): Promise<ServerFolder | undefined> {
    return (await this.list(kind)).find((folder) => folder.name === name);
  }

  async create(kind: FolderKind, name: string, description: string): Promise<ServerFolder> {
    return this.transport.send({
      method: "POST",
      path: path`/api/v2/${this.organization}/folders/${kind}`,
      body: { name, description },
      answer: serverFolderSchema,
    });
  }

  /** An id that the server does not know would be created: read it first. */
  async update(kind: FolderKind, id: string, name: string, description: string): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/v2/${this.organization}/folders/${kind}/${id}`,
      body: { folderId: id, name, description },
      answer: anything,
    });
  }

  /** @throws ValidationError while it holds something */
  async delete(kind: FolderKind, id: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/v2/${this.organization}/folders/${kind}/${id}`,
        answer: anything,
      }),
    );
  }
}
