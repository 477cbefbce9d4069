import { z } from "zod";

/** What an answer of the server means for the records that were sent. */
export type Answer =
  /** Stored, but for `failed` records that the server will never store; `reason` is about the last of them. */
  | { readonly kind: "accepted"; readonly failed: number; readonly reason: string }
  /** Nothing stored, and the same records may be stored later. */
  | { readonly kind: "later"; readonly reason: string; readonly afterMs?: number | undefined }
  /** Nothing stored, because of who asks. */
  | { readonly kind: "unauthorized"; readonly reason: string }
  /** Nothing stored, because the request is too large. */
  | { readonly kind: "tooLarge"; readonly reason: string }
  /** Nothing stored, because of what some record is. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Nothing stored; the server lives elsewhere. */
  | { readonly kind: "moved"; readonly location: string; readonly keepsMethod: boolean };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const ingestReport = z.object({
  status: z
    .array(
      z.object({
        successful: z.number().default(0),
        failed: z.number().default(0),
        error: z.string().nullish(),
      }),
    )
    .default([]),
});

/** Reads an answer to `POST /api/{org}/{stream}/_json`. */
export function readAnswer(answer: HttpAnswer, nowMs: number): Answer {
  const { status, headers, body } = answer;
  const reason = `HTTP ${status} ${shorten(messageOf(body))}`.trim();
  if (status >= 200 && status < 300) return readReport(body);
  if (status >= 300 && status < 400)
    return { kind: "moved", location: single(headers.location) ?? "", keepsMethod: status >= 307 };
  if (status === 401 || status === 403 || status === 407) return { kind: "unauthorized", reason };
  if (status === 413) return { kind: "tooLarge", reason };
  // A stream that is being deleted comes back; all else that is wrong with a request stays wrong.
  if ((status === 400 || status === 422) && !body.includes("being deleted"))
    return { kind: "refused", reason };
  return { kind: "later", reason, afterMs: retryAfter(single(headers["retry-after"]), nowMs) };
}

function readReport(body: string): Answer {
  const report = ingestReport.safeParse(parseJson(body));
  // A captive portal or a login page answers 200 as well.
  if (!report.success) return { kind: "later", reason: `not the server's answer: ${shorten(body)}` };
  const failed = report.data.status.reduce((sum, entry) => sum + entry.failed, 0);
  const reason = report.data.status.find((entry) => entry.failed > 0)?.error ?? "";
  return { kind: "accepted", failed, reason };
}

/** Seconds or a date, as RFC 9110 has it, in milliseconds from now. */
function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function messageOf(body: string): string {
  const parsed = z.object({ message: z.string() }).safeParse(parseJson(body));
  return parsed.success ? parsed.data.message : body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

const shorten = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
