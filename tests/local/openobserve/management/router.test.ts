import { del, get, post } from "../../../../local/openobserve/server/route.js";
import { empty } from "../../../../local/openobserve/server/reply.js";
import { Router } from "../../../../local/openobserve/server/router.js";

const answer = () => empty(200);

describe("Finding the handler of a path", () => {
  const router = new Router([
    get("/api/:org/functions", answer),
    get("/api/:org/functions/:name", answer),
    post("/api/:org/functions/test", answer),
    del("/api/:org/functions/:name", answer),
    post("/api/:org/:stream/_json", answer),
    get("/api/organizations", answer),
  ]);
  const found = (method: string, path: string): unknown => {
    const match = router.find(method, path);
    return match.kind === "found" ? [match.route.path, match.parameters] : match;
  };

  test("prefers a fixed segment to a parameter", () => {
    expect(found("GET", "/api/organizations")).toEqual(["/api/organizations", {}]);
    expect(found("POST", "/api/default/functions/test")).toEqual([
      "/api/:org/functions/test",
      { org: "default" },
    ]);
  });

  test("goes back to a parameter when a fixed segment leads nowhere", () => {
    expect(found("GET", "/api/organizations/functions")).toEqual([
      "/api/:org/functions",
      { org: "organizations" },
    ]);
  });

  test("decodes parameters, in which %2F is no slash", () => {
    expect(found("GET", "/api/default/functions/a%2Fb%20c")).toEqual([
      "/api/:org/functions/:name",
      { org: "default", name: "a/b c" },
    ]);
    expect(found("GET", "/api/default/functions/50%")).toEqual([
      "/api/:org/functions/:name",
      { org: "default", name: "50%" },
    ]);
  });

  test("tells a wrong method from an unknown path", () => {
    expect(found("PUT", "/api/default/functions")).toEqual({ kind: "wrong method", allow: "GET,HEAD" });
    expect(found("PUT", "/api/default/functions/x")).toEqual({
      kind: "wrong method",
      allow: "GET,HEAD,DELETE",
    });
    expect(found("GET", "/api/default/none")).toEqual({ kind: "none" });
  });

  test("takes a trailing slash and an empty segment for another path", () => {
    expect(found("GET", "/api/default/functions/")).toEqual({ kind: "none" });
    expect(found("GET", "/api//functions")).toEqual({ kind: "none" });
  });

  test("answers HEAD where it answers GET", () => {
    expect(found("HEAD", "/api/organizations")).toEqual(["/api/organizations", {}]);
  });

  test("has no two handlers for one path", () => {
    expect(() => new Router([get("/a/:x", answer), get("/a/:y", answer)])).toThrow("two handlers");
  });
});
