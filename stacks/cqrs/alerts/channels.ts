import { type ChannelKind, type Severity, severityRouting } from "@o2cqrs/contract";
import type { Output } from "@pulumi/pulumi";

/** The receivers that a stack was given. What is a credential is secret. */
export interface Channels {
  /** The token is shown as `Authorization: Bearer …`. */
  readonly webhook?: { readonly url: Output<string>; readonly token?: Output<string> };
  readonly slack?: { readonly url: Output<string> };
  readonly email?: { readonly recipients: readonly string[] };
  readonly pagerduty?: { readonly url: string; readonly routingKey: Output<string> };
  readonly alertmanager?: { readonly url: Output<string> };
}

/** Who hears of an alert: the severity's channels as far as there are any, else every channel. */
export function route(severity: Severity, available: readonly ChannelKind[]): readonly ChannelKind[] {
  const wanted = severityRouting[severity].filter((kind) => available.includes(kind));
  return wanted.length > 0 ? wanted : available;
}
