import { z } from "zod";
import type { Capabilities } from "./capabilities.js";
import { anything } from "./server-answers.js";
import { undefinedIfMissing } from "./missing.js";
import { path, type Transport } from "./transport.js";

export interface ServiceAccountBody {
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
}

export const serverServiceAccountSchema = z.looseObject({
  email: z.string(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  /** The token's first characters and asterisks, where the server shows it. */
  token: z.string().nullish(),
});

export type ServerServiceAccount = z.output<typeof serverServiceAccountSchema>;

const tokenSchema = z.looseObject({ token: z.string().min(1) });

/** Service accounts, which authenticate with Basic `email:token`. */
export class ServiceAccounts {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
    private readonly capabilities: () => Promise<Capabilities>,
  ) {}

  async list(): Promise<ServerServiceAccount[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/service_accounts`,
      answer: z.object({ data: z.array(serverServiceAccountSchema) }),
    });
    return answer.data;
  }

  async get(email: string): Promise<ServerServiceAccount | undefined> {
    return (await this.list()).find((account) => account.email === email);
  }

  /** The token where the server still shows it; undefined where only create and rotation answer it. */
  async readToken(email: string): Promise<string | undefined> {
    const capabilities = await this.capabilities();
    if (!capabilities.has("serviceAccountTokenReadable")) return undefined;
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/service_accounts/${email}`,
      answer: tokenSchema,
    });
    return answer.token;
  }

  /** @returns the token where the server answers it */
  async create(body: ServiceAccountBody): Promise<string | undefined> {
    const answer = await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/service_accounts`,
      body,
      answer: z.looseObject({ token: z.string().min(1).optional() }),
    });
    return answer.token;
  }

  async update({ email, first_name, last_name }: ServiceAccountBody): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/service_accounts/${email}`,
      body: { first_name, last_name },
      answer: anything,
    });
  }

  /** Makes a new token; the old one stops working. */
  async rotateToken({ email, first_name, last_name }: ServiceAccountBody): Promise<string> {
    const answer = await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/service_accounts/${email}`,
      query: { rotateToken: true },
      body: { first_name, last_name },
      answer: tokenSchema,
    });
    return answer.token;
  }

  async delete(email: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/${this.organization}/service_accounts/${email}`,
        answer: anything,
      }),
    );
  }
}
