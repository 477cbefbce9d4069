import { readFileSync } from "node:fs";
import fc from "fast-check";
import { rewriteFieldName, rewriteStreamName } from "@o2cqrs/contract";
import { describeWithShared } from "../shared.js";

interface Exchange {
  name: string;
  method: string;
  path: string;
  status: number;
  requestBody: unknown;
  responseBody: unknown;
}

const readExchanges = (file: string): Exchange[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Exchange);

/** Streams that the server listed or answered an ingest with: names as it stores them. */
function storedNames(exchanges: Exchange[]): Set<string> {
  const names = new Set<string>();
  for (const { responseBody } of exchanges) {
    const body = responseBody as { list?: { name?: string; stream_type?: string }[] } | null;
    if (!Array.isArray(body?.list)) continue;
    for (const item of body.list)
      if (item.stream_type !== undefined && item.name !== undefined) names.add(item.name);
  }
  return names;
}

describe("rewriting a stream name", () => {
  it("turns the application's hyphenated names into the stored ones", () => {
    expect(rewriteStreamName("cqrs-commands")).toBe("cqrs_commands");
  });

  it("makes one underscore of a run of other characters", () => {
    expect(rewriteStreamName("Orders -- EU")).toBe("orders_eu");
  });

  it("changes nothing when done twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        const once = rewriteStreamName(name);
        expect(rewriteStreamName(once)).toBe(once);
      }),
    );
  });

  it("leaves only lower-case letters, digits, underscores and colons", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => /^[a-z0-9_:]*$/.test(rewriteStreamName(name))),
    );
  });

  it("keeps names that the server accepts as they are", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9_:]+$/), (name) => {
        expect(rewriteStreamName(name)).toBe(name);
      }),
    );
  });
});

describe("rewriting a field name", () => {
  it("turns camel case and dots into the stored column", () => {
    expect(rewriteFieldName("traceId")).toBe("traceid");
    expect(rewriteFieldName("User-Email")).toBe("user_email");
    expect(rewriteFieldName("a.b")).toBe("a_b");
  });

  it("makes an underscore of each other character, unlike a stream's name", () => {
    expect(rewriteFieldName("a..b")).toBe("a__b");
  });
});

for (const version of ["0.60.5", "0.90.3"]) {
  describeWithShared(
    `openobserve/recordings-v${version}.jsonl`,
    `names as a real v${version} stored them`,
    (file) => {
      const exchanges = readExchanges(file);

      it("every stored stream name is its own rewriting", () => {
        const names = storedNames(exchanges);
        expect(names.size).toBeGreaterThan(10);
        for (const name of names) expect(rewriteStreamName(name)).toBe(name);
      });

      it("every ingest answer names the stream as the rewriting of the one in the path", () => {
        let compared = 0;
        for (const { path, status, responseBody } of exchanges) {
          const sent = /^\/api\/[^/]+\/([^/]+)\/_(?:json|multi)$/.exec(path)?.[1];
          const answer = (responseBody as { status?: { name: string }[] } | null)?.status;
          if (sent === undefined || status !== 200 || !Array.isArray(answer)) continue;
          for (const { name } of answer) {
            // A pipeline's outputs are named too; the stream itself always comes among the names.
            if (answer.length === 1) expect(name).toBe(rewriteStreamName(decodeURIComponent(sent)));
            compared++;
          }
        }
        expect(compared).toBeGreaterThan(20);
      });

      it("names that differ before and agree after rewriting are one stream", () => {
        const created = new Set<string>();
        let clashes = 0;
        for (const { method, path, status, responseBody } of exchanges) {
          const sent = /^\/api\/default\/streams\/([^/]+)$/.exec(path)?.[1];
          if (sent === undefined || method !== "POST") continue;
          const stored = rewriteStreamName(decodeURIComponent(sent));
          const message = (responseBody as { message?: string } | null)?.message;
          if (status === 200) created.add(stored);
          if (message === "stream already exists" && sent !== stored) {
            expect(created).toContain(stored);
            clashes++;
          }
        }
        expect(clashes).toBeGreaterThan(0);
      });
    },
  );
}
