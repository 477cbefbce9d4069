import fc from "fast-check";

import {
  anything,
  array,
  buffered,
  decode,
  type DecodeError,
  type Decoder,
  either,
  fromValue,
  i64,
  object,
  optional,
  string,
  struct,
  u8,
  variant,
  withDefault,
} from "../../../../local/openobserve/serde/decoder.js";
import { parseJson, plain } from "../../../../local/openobserve/serde/json.js";

const failure = (decoder: Decoder<unknown>, text: string): string => {
  try {
    decode(decoder, parseJson(text));
  } catch (error) {
    return (error as DecodeError).describe(text);
  }
  throw new Error("nothing failed");
};

describe("Reading JSON", () => {
  test("gives what JSON.parse gives, for any value and any white space", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t", " \n"), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(plain(parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test("refuses what JSON.parse refuses, but for numbers that end in a point or the like", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:x1.-e \n\\u0ntf')) }), (text) => {
        const refused = (read: () => unknown): boolean => {
          try {
            read();
            return false;
          } catch {
            return true;
          }
        };
        expect(refused(() => parseJson(text))).toBe(refused(() => JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["{not json", "key must be a string at line 1 column 2"],
    ["not json", "expected ident at line 1 column 2"],
    ["", "EOF while parsing a value at line 1 column 0"],
    ["[1,\n2", "EOF while parsing a list at line 2 column 1"],
    ["[1 2]", "expected `,` or `]` at line 1 column 4"],
    ['{"a": 1,}', "trailing comma at line 1 column 9"],
    ["1 2", "trailing characters at line 1 column 3"],
  ])("says of %j: %s", (text, message) => expect(() => parseJson(text)).toThrow(message));

  test("does not follow nesting without end", () => {
    expect(() => parseJson("[".repeat(100_000))).toThrow("recursion limit exceeded");
  });
});

describe("Typed reading of a body", () => {
  const fields = { name: string, count: withDefault(i64, () => 0), tags: optional(array(string)) };
  const form = struct("struct Form", fields);

  test("fills defaults, leaves out what is absent, and ignores unknown keys", () => {
    expect(decode(form, parseJson('{"x": 1, "name": "n", "tags": null}'))).toEqual({ name: "n", count: 0 });
  });

  test.each([
    ["{}", "missing field `name` at line 1 column 2"],
    ['{"name": 1}', "name: invalid type: integer `1`, expected a string at line 1 column 10"],
    ['{"name": null}', "name: invalid type: null, expected a string at line 1 column 13"],
    [
      '{"name": "n", "count": 1.5}',
      "count: invalid type: floating point `1.5`, expected i64 at line 1 column 26",
    ],
    [
      '{"name": "n", "tags": [1]}',
      "tags[0]: invalid type: integer `1`, expected a string at line 1 column 24",
    ],
    ['{"name": {}}', "name: invalid type: map, expected a string at line 1 column 9"],
    [
      '{\n  "name": "n",\n  "count": true}',
      "count: invalid type: boolean `true`, expected i64 at line 3 column 15",
    ],
    ['"text"', 'invalid type: string "text", expected struct Form at line 1 column 6'],
    ["[]", "invalid length 0, expected struct Form with 3 elements at line 1 column 2"],
  ])("says of %j: %s", (text, message) => expect(failure(form, text)).toBe(message));

  test("takes a list for the fields of a structure, but not of one with flattened parts", () => {
    expect(decode(form, parseJson('["n", 2]'))).toEqual({ name: "n", count: 2 });
    expect(failure(object(fields), "[]")).toBe("invalid type: sequence, expected a map at line 1 column 0");
  });

  test("knows integers by their range", () => {
    expect(failure(u8, "256")).toBe("invalid value: integer `256`, expected u8 at line 1 column 3");
    expect(failure(u8, "-1")).toContain("invalid value");
  });

  test("lists the words that are allowed", () => {
    expect(failure(variant("a", "b", "c"), '"d"')).toBe(
      "unknown variant `d`, expected one of `a`, `b`, `c` at line 1 column 3",
    );
    expect(failure(variant("a", "b"), '"d"')).toContain("expected `a` or `b`");
  });

  test("of a flattened structure loses the path, and the place is its end", () => {
    const text = '{"outer": {"name": 1, "more": [1, 2]}}';
    expect(failure(object({ outer: buffered(object(fields)) }), text)).toBe(
      `invalid type: integer \`1\`, expected a string at line 1 column ${text.length - 1}`,
    );
    expect(failure(buffered(form), '{"name": "n", "count": 1.0}')).toContain(
      "invalid type: map, expected i64",
    );
  });

  test("of a parsed value has neither path nor place", () => {
    expect(failure(fromValue(form), '{"name": 1}')).toBe("invalid type: integer `1`, expected a string");
    expect(failure(fromValue(form), '{"name": "n", "count": 1.0}')).toBe("invalid number");
  });

  test("tries forms one after the other, and tells the last one's error", () => {
    const choice = either<unknown>(i64, string);
    expect([decode(choice, parseJson("1")), decode(choice, parseJson('"a"'))]).toEqual([1, "a"]);
    expect(failure(choice, "true")).toContain("expected a string");
  });

  test("keeps anything as plain data", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(decode(anything, parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });
});
