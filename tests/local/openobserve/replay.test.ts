import { exchangesLeftOut } from "./replay/left-out.js";
import { readRecording, recordingsFolder } from "./replay/recording.js";
import { type Outcome, replay } from "./replay/replay.js";
import { byArea, percent, table } from "./replay/report.js";

const versions = ["0.60", "0.90"] as const;

/** What the providers stand on. */
const needed = [
  "auth",
  "streams",
  "settings",
  "ingest",
  "fn",
  "pl",
  "tpl",
  "dst",
  "al",
  "alput",
  "da",
  "fold",
  "sa",
];

const folder = recordingsFolder();
if (!folder) console.log("Skipped: there are no recordings (set O2CQRS_SHARED to the folder that has them).");

(folder ? describe : describe.skip)("The embedded OpenObserve answers as the recorded servers did", () => {
  const outcomes: Partial<Record<(typeof versions)[number], readonly Outcome[]>> = {};

  beforeAll(async () => {
    for (const version of versions) outcomes[version] = await replay(folder ?? "", version);
    const results = Object.fromEntries(
      versions.map((version) => [version, byArea(outcomes[version] ?? [])] as const),
    );
    process.stdout.write(`\n${table(results)}\n\n${unexplained(Object.values(outcomes).flat())}\n`);
  }, 120_000);

  test.each(versions)(
    "version %s, in at least 95%% of the exchanges of each area that matters",
    (version) => {
      const low = byArea(outcomes[version] ?? [])
        .filter(({ area }) => needed.includes(area))
        .filter((result) => percent(result) < 95);
      expect(low).toEqual([]);
    },
  );

  test.each(versions)("version %s, over all its exchanges", (version) => {
    const own = outcomes[version] ?? [];
    expect(own.map(({ exchange }) => exchange.key)).toEqual(
      readRecording(folder ?? "", version).map(({ key }) => key),
    );
  });

  test("what is left out is in the recording, does differ, and has a reason", () => {
    const listed = exchangesLeftOut.flatMap(({ versions: of, keys, reason }) =>
      of.flatMap((version) => keys.map((key) => ({ version, key, reason }))),
    );
    const needless = listed.filter(({ version, key, reason }) => {
      const outcome = outcomes[version]?.find(({ exchange }) => exchange.key === key);
      return !outcome || outcome.matches || reason.length < 20;
    });
    expect(needless).toEqual([]);
  });
});

/** What differs and is not listed as left out, for whoever wants to raise the figures. */
function unexplained(outcomes: readonly Outcome[]): string {
  const own = outcomes.filter(({ matches, leftOut }) => !matches && leftOut === undefined);
  const lines = own.map(({ exchange, differences }) => {
    const [first] = differences;
    const shorten = (value: unknown): string =>
      (value === undefined ? "nothing" : JSON.stringify(value)).slice(0, 80);
    return `  ${exchange.key}: ${first?.at === "" ? "body" : first?.at} ${shorten(first?.recorded)} → ${shorten(first?.actual)}`;
  });
  return `${own.length} exchanges differ without a reason on the list\n${lines.join("\n")}`;
}
