import {
  Server,
  ServerCredentials,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
  type ServiceDefinition,
  type ServerUnaryCall,
  type sendUnaryData,
} from "@grpc/grpc-js";

import { messageOf } from "../errors.js";
import { channelOptions } from "./channel.js";

export interface RunningServer {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  close(): void;
}

/** Serves one service on the loopback interface, on a port the system chooses. */
export async function serve(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
): Promise<RunningServer> {
  const server = new Server(channelOptions);
  server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** Makes a handler of an async function; what it throws is the error the caller receives. */
export function unary<Request, Response>(
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response> | Response,
): (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>) => void {
  return (call, done) => {
    void (async () => handle(call.request, call))().then(
      (response) => done(null, response),
      (error: unknown) => done(toServiceError(error)),
    );
  };
}

function toServiceError(error: unknown): Partial<ServiceError> {
  return { code: status.UNKNOWN, details: messageOf(error), message: messageOf(error) };
}

/** Refuses a call of the protocol that this engine does not serve. */
export function refuse(why: string): ReturnType<typeof unary> {
  return (_call, done) => done({ code: status.UNIMPLEMENTED, details: why });
}
