import { IdMap } from "./ids.js";
import { differences, normalise, rules } from "./rules.js";
import { moveTimes, SteppedClock, timelineOf } from "./timeline.js";

const scope = { path: "/api/default/streams", version: "0.60" } as const;
const differ = (recorded: unknown, actual: unknown, within = scope): string[] =>
  differences(normalise(recorded, within), normalise(actual, within)).map(({ at }) => at);

describe("Comparing a recorded answer with an actual one", () => {
  test("every key and every value has to be equal", () => {
    expect(differ({ a: 1, b: [true, null] }, { a: 1, b: [true, null] })).toEqual([]);
    expect(differ({ a: 1 }, { a: 2 })).toEqual([".a"]);
    expect(differ({ a: 1 }, {})).toEqual([".a"]);
    expect(differ({}, { extra: null })).toEqual([".extra"]);
    expect(differ({ a: [1, 2] }, { a: [2, 1] })).toEqual([".a[0]", ".a[1]"]);
    expect(differ("text", "text ")).toEqual([""]);
    expect(differ({ a: null }, { a: false })).toEqual([".a"]);
  });

  test.each(rules.flatMap(({ keys, why }) => keys.map((key) => [key, why] as const)))(
    "%s may differ: it is %s",
    (key) => {
      expect(differ({ [key]: 12 }, { [key]: 34 })).toEqual([]);
      expect(differ({ [key]: 12 }, {})).toEqual([`.${key}`]);
    },
  );

  test("a creation time of zero says that the server does not tell, and has to be equal", () => {
    expect(differ({ created_at: 0 }, { created_at: 1795464445098041 })).toEqual([".created_at"]);
  });

  test("a redacted secret stands for any text but an empty one", () => {
    expect(differ({ token: "<redacted>" }, { token: "x7" })).toEqual([]);
    expect(differ({ token: "<redacted>" }, { token: "" })).toEqual([".token"]);
  });

  test("functions come out of a hash map, so their order says nothing", () => {
    const functions = { path: "/api/default/functions", version: "0.60" } as const;
    const list = [{ name: "a" }, { name: "b" }];
    expect(differ({ list }, { list: [...list].reverse() }, functions as never)).toEqual([]);
    expect(differ({ list }, { list: [...list].reverse() })).not.toEqual([]);
  });

  test("a trace id may differ where the server makes one for the answer, and not in a row", () => {
    expect(differ({ took: 1, trace_id: "a" }, { took: 2, trace_id: "b" })).toEqual([]);
    expect(differ({ trace_id: "a" }, { trace_id: "b" })).toEqual([".trace_id"]);
  });
});

describe("Ids", () => {
  test("are learned where both answers have one in the same place, and translated ever after", () => {
    const ids = new IdMap();
    ids.learn(
      { list: [{ alert_id: "3MWRuKVFtgLZBzuefFz8Cl4HvIg" }] },
      { list: [{ alert_id: "3MWRsWtK0x6oOLgypj7F5K4oGnc" }] },
    );
    expect(ids.toActual("/api/v2/default/alerts/3MWRuKVFtgLZBzuefFz8Cl4HvIg?x=1")).toBe(
      "/api/v2/default/alerts/3MWRsWtK0x6oOLgypj7F5K4oGnc?x=1",
    );
  });

  test("that were never seen stay as they are", () => {
    expect(new IdMap().toActual("7530724085140029440")).toBe("7530724085140029440");
  });

  test("are not learned from other texts, nor a second time", () => {
    const ids = new IdMap();
    ids.learn({ name: "7530724085140029440" }, { name: "7530724085140029441" });
    ids.learn({ id: "7530724085140029440" }, { id: "7530724085140029442" });
    ids.learn({ id: "7530724085140029440" }, { id: "7530724085140029443" });
    expect(ids.toActual("7530724085140029440")).toBe("7530724085140029442");
  });
});

describe("The time of an exchange", () => {
  const exchange = (key: string, responseBody: unknown): never => ({ key, responseBody }) as never;

  test("is that of the newest thing the server had made", () => {
    const times = timelineOf([
      exchange("first", { created_at: 1_795_464_445_098_041 }),
      exchange("second", "nothing"),
      exchange("third", { list: [{ pipeline_id: String(1_795_464_536_000n << 22n) }] }),
    ]);
    expect([...times]).toEqual([
      ["first", 1_795_464_445_098_041],
      ["second", 1_795_464_445_098_041],
      ["third", 1_795_464_536_000_000],
    ]);
  });

  test("in a request to 0.90 is moved as its recorder moved it, and no other number is", () => {
    expect(moveTimes("at 1795464486, 1795464486898269 or 1795464486898269000; 7530724085140029440")).toBe(
      "at 1795486708, 1795486708898269 or 1795486708898269000; 7530724085140029440",
    );
  });

  test("never runs backwards on the server's clock", () => {
    const clock = new SteppedClock(100);
    clock.set(50);
    expect([clock.micros(), clock.micros()]).toEqual([101, 102]);
    clock.advance(1);
    expect(clock.micros()).toBe(1_000_103);
  });
});
