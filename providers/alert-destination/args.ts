import { z } from "zod";
import { webhookFields } from "../base/destination.js";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";
import { alertingNameSchema } from "../base/name.js";

interface CommonDestinationSpec extends TakeOver {
  /** Unique name, without `: # ? & % /`, quotes or white space. Changing it replaces the destination. */
  name: string;
  /**
   * Name of the template that forms the message. Pass the template's `name` output: the server drops a name
   * it does not know without a word, so the template must exist first.
   */
  template: string;
}

/** A webhook. */
export interface HttpDestinationSpec extends CommonDestinationSpec {
  type: "http";
  /** Where alerts are sent. Kept as a secret in the state: webhook addresses often are the credential. */
  url: string;
  /** Default `post`. */
  method?: "post" | "put" | "get";
  /** Request headers. Kept as a secret in the state. */
  headers?: Record<string, string>;
  /** Accept any TLS certificate of the receiver. Default false. */
  skipTlsVerify?: boolean;
  /**
   * Accept an address on this machine, in a private network or inside a cluster. Servers from v0.90 save
   * such a destination and then refuse it when an alert fires, unless they are told otherwise
   * (`ZO_SSRF_ALLOW_LOOPBACK=true` frees loopback). Default false.
   */
  allowPrivateAddress?: boolean;
}

/** E-mail, by the SMTP server that OpenObserve is configured with. */
export interface EmailDestinationSpec extends CommonDestinationSpec {
  type: "email";
  /** Recipients; each must be a user of the organisation. */
  emails: string[];
}

/** Amazon SNS. */
export interface SnsDestinationSpec extends CommonDestinationSpec {
  type: "sns";
  topicArn: string;
  region: string;
}

export type AlertDestinationSpec = HttpDestinationSpec | EmailDestinationSpec | SnsDestinationSpec;

/** The type must be known at once, as it says what else is wanted. */
type Kinded<T extends { type: string }> = Omit<Inputs<T>, "type"> & Pick<T, "type">;

export type AlertDestinationArgs =
  Kinded<HttpDestinationSpec> | Kinded<EmailDestinationSpec> | Kinded<SnsDestinationSpec>;

const common = {
  name: alertingNameSchema,
  template: z.string().min(1, "must name a template"),
  ...takeOverFields,
};

export const alertDestinationShape = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("http"),
    ...webhookFields,
    ...common,
  }),
  z.strictObject({
    type: z.literal("email"),
    emails: z.array(z.email().toLowerCase()).min(1, "needs at least one recipient"),
    ...common,
  }),
  z.strictObject({
    type: z.literal("sns"),
    topicArn: z.string().startsWith("arn:", "must be an ARN"),
    region: z.string().min(1),
    ...common,
  }),
]);

/** Plain inputs with every default filled in. */
export type AlertDestinationInputs = z.output<typeof alertDestinationShape>;
