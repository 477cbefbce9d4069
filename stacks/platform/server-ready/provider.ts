import {
  type Connection,
  connectionFrom,
  eventually,
  NotFoundError,
  OpenObserve,
  type OpenObserveError,
  UnavailableError,
} from "@o2cqrs/providers/client";
import type { dynamic } from "@pulumi/pulumi";
import type { WhereToLook } from "../platform.js";

/** Time for names, certificates and routes to come to be. */
const withinMs = 10 * 60_000;

interface Inputs {
  readonly whereToLook: WhereToLook;
}

/** Waits until a server that has been deployed answers, with the credentials that everything will use. */
export class ServerReadyProvider implements dynamic.ResourceProvider<Inputs, object> {
  #config: dynamic.Config | undefined;

  /** @param waitMs how long to wait; default ten minutes */
  constructor(private readonly waitMs = withinMs) {}

  configure({ config }: dynamic.ConfigureRequest): Promise<void> {
    this.#config = config;
    return Promise.resolve();
  }

  check(_olds: unknown, inputs: Inputs): Promise<dynamic.CheckResult<Inputs>> {
    return Promise.resolve({ inputs, failures: [] });
  }

  /**
   * A server that was ready and is not now has changed, and is waited for again: else every resource after this one
   * would fail for the same reason. Nothing is thrown, so that a preview tells of it and goes on.
   */
  async diff(): Promise<dynamic.DiffResult> {
    try {
      const server = new OpenObserve(this.#connection(), { retries: 0 });
      try {
        await asked(server);
      } finally {
        await server.close();
      }
      return { changes: false };
    } catch {
      return { changes: true };
    }
  }

  /** @throws Error when the time is over; any other refusal, such as of the password, at once */
  async create({ whereToLook }: Inputs): Promise<dynamic.CreateResult<object>> {
    const connection = this.#connection();
    const server = new OpenObserve(connection, { retries: 0 });
    let last: OpenObserveError | undefined;
    const answers = async (): Promise<true | undefined> => {
      try {
        await asked(server);
        return true;
      } catch (error) {
        // A route that an ingress has not heard of yet is answered by 404.
        if (!(error instanceof UnavailableError || error instanceof NotFoundError)) throw error;
        last = error;
        return undefined;
      }
    };
    try {
      if ((await eventually(answers, { withinMs: this.waitMs })) === true) return { id: "ready", outs: {} };
    } finally {
      await server.close();
    }
    throw new Error(
      `OpenObserve is deployed, but in ${textOf(this.waitMs)} it did not answer at ${connection.url}: ` +
        `${last === undefined ? "" : happened(last)}\n${placeOf(last, whereToLook)}\n` +
        "What has been made stays; run pulumi up again when it answers.",
    );
  }

  async update(_id: string, _olds: object, inputs: Inputs): Promise<dynamic.UpdateResult<object>> {
    const { outs = {} } = await this.create(inputs);
    return { outs };
  }

  read(id: string): Promise<dynamic.ReadResult<object>> {
    return Promise.resolve({ id, props: {} });
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }

  #connection(): Connection {
    return connectionFrom({ config: (key) => this.#config?.get(`o2cqrs:${key}`) });
  }
}

/** What any server answers to whoever may configure it. */
const asked = (server: OpenObserve): Promise<unknown> => server.folders.list("dashboards");

/** The address has been told by then. */
const happened = ({ status, serverMessage }: OpenObserveError): string =>
  status === undefined ? serverMessage : `answered ${status}: ${serverMessage}`;

function textOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}

function placeOf(error: OpenObserveError | undefined, { unreachable, unrouted, unserved }: WhereToLook) {
  if (error?.status === undefined) return unreachable;
  return error.status === 404 ? unrouted : unserved;
}

export const provider = new ServerReadyProvider();
