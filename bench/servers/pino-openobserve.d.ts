/** OpenObserve's own transport comes without types. */
declare module "@openobserve/pino-openobserve" {
  import { type Transform } from "node:stream";

  export default class OpenobserveTransport extends Transform {
    constructor(options: {
      readonly url: string;
      readonly organization: string;
      readonly streamName: string;
      readonly auth: { readonly username: string; readonly password: string };
      readonly batchSize?: number;
    });
  }
}
