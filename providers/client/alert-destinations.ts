import { z } from "zod";
import { ValidationError } from "./errors.js";
import { NamedObjects } from "./named-objects.js";
import type { Transport } from "./transport.js";

export interface AlertDestinationBody {
  readonly name: string;
  readonly type: "http" | "email" | "sns";
  readonly template: string;
  readonly url?: string;
  readonly method?: "post" | "put" | "get";
  readonly headers?: Readonly<Record<string, string>>;
  readonly skip_tls_verify?: boolean;
  readonly emails?: readonly string[];
  readonly sns_topic_arn?: string;
  readonly aws_region?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const serverAlertDestinationSchema = z.looseObject({
  name: z.string(),
  type: z.enum(["http", "email", "sns"]).default("http"),
  /** Absent when the server dropped a template that it did not know. */
  template: z.string().nullish(),
  url: z.string().nullish(),
  method: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  skip_tls_verify: z.boolean().nullish(),
  emails: z.array(z.string()).nullish(),
  sns_topic_arn: z.string().nullish(),
  aws_region: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export type ServerAlertDestination = z.output<typeof serverAlertDestinationSchema>;

const testAnswerSchema = z.looseObject({ success: z.boolean(), error: z.string().nullish() });

/** Where alerts are sent. `get` finds a pipeline's destination too, as both share their names. */
export class AlertDestinations extends NamedObjects<AlertDestinationBody, ServerAlertDestination> {
  constructor(transport: Transport, organization: string) {
    super(transport, organization, {
      path: "/alerts/destinations",
      query: { module: "alert" },
      answer: serverAlertDestinationSchema,
    });
  }

  /**
   * Sends a test message to an address. The server answers 200 even when it could not.
   *
   * @throws ValidationError with what the server could not do
   */
  async test(message: {
    url: string;
    method: string;
    body: string;
    headers?: Record<string, string>;
  }): Promise<void> {
    const testPath = this.pathOf("test");
    const answer = await this.transport.send({
      method: "POST",
      path: testPath,
      body: message,
      answer: testAnswerSchema,
    });
    if (!answer.success)
      throw new ValidationError({
        method: "POST",
        path: testPath,
        status: 200,
        serverMessage: answer.error ?? "the test message was not delivered",
      });
  }
}
