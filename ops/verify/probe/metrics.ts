import { postJson, type Writer } from "./post.js";

/**
 * Stores samples with the application's credentials: `{__name__, __type__, value, _timestamp, …labels}`.
 * @throws Error when the server does not take them
 */
export async function postMetrics(writer: Writer, samples: readonly object[]): Promise<void> {
  const { baseUrl, org } = writer.appConfig;
  await postJson(writer, `${baseUrl}/api/${encodeURIComponent(org)}/ingest/metrics/_json`, samples);
}
