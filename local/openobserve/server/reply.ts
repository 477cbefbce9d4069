/** What a handler answers. The three error shapes of the API are the three makers `json`, `text` and `empty`. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Thrown where an answer is found deep inside a handler; the server sends the reply that it carries. */
export class ReplyError extends Error {
  constructor(readonly reply: Reply) {
    super(`${reply.status} ${reply.body.toString().slice(0, 200)}`);
    this.name = "ReplyError";
  }
}

/** Thrown where the real server's handler panics: the connection closes without an answer. */
export class HandlerPanic extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "HandlerPanic";
  }
}

/** 64-bit columns are bigints inside, and numbers on the wire. */
const bigintAsNumber = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? Number(value) : value;

export const json = (status: number, value: unknown): Reply =>
  raw(status, "application/json", JSON.stringify(value, bigintAsNumber));

export const text = (status: number, message: string): Reply =>
  raw(status, "text/plain; charset=utf-8", message);

export const empty = (status: number): Reply => ({ status, headers: {}, body: "" });

export const raw = (status: number, contentType: string, body: string | Buffer): Reply => ({
  status,
  headers: { "content-type": contentType },
  body,
});

/** The envelope of most writes and of all errors that handlers give: the status is repeated in the body. */
export const message = (status: number, text: string, more: Readonly<Record<string, unknown>> = {}): Reply =>
  json(status, { code: status, message: text, ...more });

export const ok = (text: string, more: Readonly<Record<string, unknown>> = {}): Reply =>
  message(200, text, more);

/** To throw: ends the handler with this error. */
export const failure = (status: number, text: string): ReplyError => new ReplyError(message(status, text));

/** To throw: a feature of the real server that the stand-in does not have. Never a silent success. */
export const unsupported = (feature: string): ReplyError =>
  failure(501, `The embedded OpenObserve does not support ${feature}`);
