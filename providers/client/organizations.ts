import { z } from "zod";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

export const serverOrganizationSchema = z.looseObject({ identifier: z.string(), name: z.string() });

export type ServerOrganization = z.output<typeof serverOrganizationSchema>;

/**
 * The server's organisations. Names are not unique, identifiers are the server's, and none can be deleted.
 * Only the root user may make one.
 */
export class Organizations {
  constructor(private readonly transport: Transport) {}

  async list(): Promise<ServerOrganization[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: "/api/organizations",
      answer: z.object({ data: z.array(serverOrganizationSchema) }),
    });
    return answer.data;
  }

  async get(identifier: string): Promise<ServerOrganization | undefined> {
    return (await this.list()).find((organization) => organization.identifier === identifier);
  }

  async create(name: string): Promise<ServerOrganization> {
    return this.transport.send({
      method: "POST",
      path: "/api/organizations",
      body: { name },
      answer: serverOrganizationSchema,
    });
  }

  /** The answer shows the name as it was before. */
  async rename(identifier: string, name: string): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${identifier}/rename`,
      body: { new_name: name },
      answer: anything,
    });
  }
}
