import { searchableStreams } from "../../../../ops/verify/probe/leak-probe.js";

describe("where the leak probe looks", () => {
  const column = { name: "_timestamp", type: "Int64" };

  it("is every stream of logs, metrics and traces that can hold a record", () => {
    const listed = ["logs", "metrics", "traces", "metadata", "enrichment_tables"].map((stream_type) => ({
      stream_type,
      schema: [column],
    }));
    expect(searchableStreams(listed).map(({ stream_type }) => stream_type)).toEqual([
      "logs",
      "metrics",
      "traces",
    ]);
  });

  it("is not the stream without columns that a server lists for a histogram, and cannot search", () => {
    expect(searchableStreams([{ stream_type: "metrics", schema: [] }])).toEqual([]);
  });
});
