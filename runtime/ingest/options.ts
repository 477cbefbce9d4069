import { type CQRSOpenObserveConfig } from "@o2cqrs/contract";
import { z } from "zod";
import { type CredentialsSource } from "../env/credentials.js";

const MiB = 2 ** 20;

/** Settings of the ingest client that the contract's configuration does not have. */
const tuning = z.strictObject({
  /**
   * Folder of the crash-safe buffer; processes may share it, each writes a journal of its own in it and
   * delivers those that dead processes left. Without it records wait in memory and die with the process.
   */
  directory: z.string().min(1).optional(),
  /** Bytes of records that may wait on disk, adopted journals included. Default 512 MiB. */
  maxBufferBytes: z
    .int()
    .min(64 * 1024)
    .default(512 * MiB),
  /** Bytes that may wait in memory: not yet on disk, or because there is no disk. Default 32 MiB. */
  maxMemoryBytes: z
    .int()
    .min(64 * 1024)
    .default(32 * MiB),
  /** What a full buffer does: refuse new records (what was accepted stays), or give up the oldest. */
  overflow: z.enum(["drop-newest", "drop-oldest"]).default("drop-newest"),
  /** Bytes of a file of the journal; the unit in which space is given back. Default 8 MiB. */
  segmentBytes: z.int().min(1024).optional(),
  /** `process` survives kill -9 of the process; `disk` also syncs each group of records, for power cuts. */
  durability: z.enum(["process", "disk"]).default("process"),
  /** Bytes of a request before compression, at most. Default 2 MiB. */
  maxBatchBytes: z
    .int()
    .min(1024)
    .default(2 * MiB),
  /** Requests under way at once, over all streams. */
  concurrency: z.int().min(1).max(64).default(5),
  /** `auto` compresses unless the server is on this machine, where the network costs less than the CPU. */
  gzip: z.union([z.boolean(), z.literal("auto")]).default("auto"),
  /** First delay of the exponential backoff, in milliseconds; each delay is random between 0 and its bound. */
  retryBaseMs: z.int().min(1).default(200),
  /** Bound of a delay between two tries, in milliseconds. */
  retryMaxMs: z.int().min(1).default(10_000),
  /** Pause, in milliseconds, after the retry limit; then the same records are tried again. */
  cooldownMs: z.int().min(1).default(15_000),
  /** Difference between the server's clock and this one that is reported, in milliseconds. */
  maxClockSkewMs: z
    .int()
    .min(1000)
    .default(5 * 60_000),
  /** Age, in milliseconds, at which another process's journal counts as abandoned. */
  staleMs: z.int().min(2000).default(5000),
  /** Bytes of a dead-letter file before it is replaced; one predecessor is kept. Default 16 MiB. */
  maxDeadLetterBytes: z
    .int()
    .min(1024)
    .default(16 * MiB),
});

export type IngestTuning = z.input<typeof tuning>;

export interface IngestOptions extends IngestTuning {
  readonly baseUrl: string;
  readonly org: string;
  readonly credentials: CredentialsSource;
  /** Batch size, flush interval, retries and timeout of the contract's configuration. */
  readonly performance: CQRSOpenObserveConfig["performance"];
}

type Tuned = z.output<typeof tuning>;

export type ResolvedIngestOptions = Omit<Tuned, "directory" | "segmentBytes"> &
  Pick<IngestOptions, "baseUrl" | "org" | "credentials" | "performance"> & {
    readonly directory: string | undefined;
    readonly segmentBytes: number;
  };

/**
 * Fills in the defaults.
 * @throws ZodError for a setting out of range
 */
export function resolveIngestOptions(options: IngestOptions): ResolvedIngestOptions {
  const { baseUrl, org, credentials, performance, ...rest } = options;
  const settings = tuning.parse(rest);
  // Eight segments at least, so that giving back the oldest frees a small part of the buffer.
  const segmentBytes = settings.segmentBytes ?? Math.min(8 * MiB, Math.floor(settings.maxBufferBytes / 8));
  return {
    ...settings,
    segmentBytes,
    directory: settings.directory,
    baseUrl,
    org,
    credentials,
    performance,
  };
}
