/** What became of the records of a stream, counted since the client was made. */
export interface StreamStats {
  /** Taken into the buffer. */
  accepted: number;
  /** Stored by the server. */
  delivered: number;
  /** Given up: the buffer was full, or there was none at the end. */
  dropped: number;
  /** Set aside because the server will never take them. */
  deadLettered: number;
  /** Not taken, because an operator paused the stream. */
  paused: number;
  /** Requests that failed, each of them tried again. */
  failedRequests: number;
  /** Times that the retry limit was reached. */
  failures: number;
}

export const emptyStats = (): StreamStats => ({
  accepted: 0,
  delivered: 0,
  dropped: 0,
  deadLettered: 0,
  paused: 0,
  failedRequests: 0,
  failures: 0,
});
