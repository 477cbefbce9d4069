import { flatten, NotAnObject } from "../../../../local/openobserve/ingest/flatten.js";
import { compactJson, parseExact, stringify } from "../../../../local/openobserve/ingest/json.js";

describe("A record as it is stored", () => {
  it("has nested objects joined by an underscore and names in lower case without signs", () => {
    const record = {
      message: "nested",
      k8s: { pod: { name: "p1" }, labels: { "app.kubernetes.io/name": "x" } },
      "User-Email": "a@b.c",
    };
    expect(flatten(record, 3)).toEqual({
      message: "nested",
      k8s_pod_name: "p1",
      k8s_labels_app_kubernetes_io_name: "x",
      user_email: "a@b.c",
    });
  });

  it("has lists as JSON text, keys sorted, and neither empty lists nor empty objects", () => {
    expect(flatten({ list: [1, { b: 2, a: "x" }], none: [], nothing: {} }, 3)).toEqual({
      list: '[1,{"a":"x","b":2}]',
    });
  });

  it("keeps what lies deeper than the level as JSON text, and all levels at level 0", () => {
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    expect(flatten(deep, 3)).toEqual({ a_b_c: '{"d":{"e":1}}' });
    expect(flatten(deep, 0)).toEqual({ a_b_c_d_e: 1 });
  });

  it("keeps null only where nothing was nested", () => {
    expect(flatten({ a: null, b: 1 }, 3)).toEqual({ a: null, b: 1 });
    expect(flatten({ a: null, b: { c: null, d: 1 } }, 3)).toEqual({ b_d: 1 });
  });

  it("turns @timestamp into _timestamp, and leaves timestamp alone", () => {
    expect(flatten({ "@timestamp": 1, timestamp: 2 }, 3)).toEqual({ _timestamp: 1, timestamp: 2 });
  });

  it.each([1, "text", null, [1]])("is an object: %j is refused", (value) => {
    expect(() => flatten(value, 3)).toThrow(NotAnObject);
  });
});

describe("JSON with large integers", () => {
  const nanos = 1_795_464_486_898_269_123n;

  it("is read exactly", () => {
    expect(parseExact(`{"at": ${nanos}, "n": 5, "f": 1.5, "list": [${nanos}, "x"]}`)).toEqual({
      at: nanos,
      n: 5,
      f: 1.5,
      list: [nanos, "x"],
    });
    expect(parseExact('{"id": "12345678901234567890", "n": 1}')).toEqual({
      id: "12345678901234567890",
      n: 1,
    });
  });

  it("is written exactly, in the order given or sorted", () => {
    expect(stringify({ b: nanos, a: [null, "x"], gone: undefined })).toBe(`{"b":${nanos},"a":[null,"x"]}`);
    expect(compactJson({ b: nanos, a: true })).toBe(`{"a":true,"b":${nanos}}`);
  });

  it("that is broken is refused in the server's words", () => {
    expect(() => parseExact("{oops")).toThrow("key must be a string at line 1 column 2");
    expect(() => parseExact("not json")).toThrow("expected ident at line 1 column 2");
  });
});
