import { Agent, fetch } from "undici";

/** How long a receiver may take. */
const timeoutMs = 30_000;

export interface Outgoing {
  readonly url: string;
  /** Upper case. */
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly skipTlsVerify: boolean;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** @throws Error when there is no answer */
export async function send({ url, method, headers, body, skipTlsVerify }: Outgoing): Promise<Answered> {
  const dispatcher = new Agent({
    connect: { rejectUnauthorized: !skipTlsVerify },
    pipelining: 0,
  });
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      ...(body !== "" && method !== "GET" && { body }),
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: await response.text() };
  } finally {
    await dispatcher.close();
  }
}
