import { networkInterfaces } from "node:os";
import { accepts } from "../../system/accepts.js";
import type { Deployment } from "../deployment.js";

export function gatewayChecks(deployment: () => Deployment): void {
  const post = (path: string, as: "root" | "token" | "none", body = '[{"message":"m"}]') =>
    deployment().call(path, { method: "POST", as, body });

  describe("from outside, over TLS", () => {
    it("answers health to anyone", async () => {
      expect((await deployment().call("/healthz")).status).toBe(200);
    });

    it.each([
      ["without a credential", "none" as const],
      ["to a token that is not its own", { header: "Bearer 0000000000000000000000000000" }],
      [
        "to a wrong password",
        { header: `Basic ${Buffer.from("root@example.com:wrong").toString("base64")}` },
      ],
    ])("answers 401 %s", async (_, as) => {
      const answer = await deployment().call("/api/default/x/_json", { method: "POST", as, body: "[]" });
      expect(answer.status).toBe(401);
    });

    it("says 401 and 413 as JSON, in the form of the server's own errors", async () => {
      const unknown = await post("/api/default/x/_json", "none");
      expect([unknown.status, unknown.type, unknown.json()]).toEqual([
        401,
        "application/json",
        expect.objectContaining({ code: 401 }),
      ]);
      const large = await post(
        "/api/default/x/_json",
        "token",
        JSON.stringify([{ m: "x".repeat(1_100_000) }]),
      );
      expect([large.status, large.type, large.json()]).toEqual([
        413,
        "application/json",
        expect.objectContaining({ code: 413 }),
      ]);
    });

    it("takes records by the bearer token and by the root user's password", async () => {
      for (const as of ["token", "root"] as const)
        expect((await post("/api/default/tokens/_json", as)).json()).toMatchObject({
          code: 200,
          status: [{ successful: 1 }],
        });
    });

    it.each(["logs", "metrics", "traces"])("takes OTLP %s on the short path", async (signal) => {
      const names = { logs: "resourceLogs", metrics: "resourceMetrics", traces: "resourceSpans" };
      const body = JSON.stringify({ [names[signal as keyof typeof names]]: [] });
      expect((await post(`/otlp/v1/${signal}`, "token", body)).status).toBe(200);
      expect((await post(`/otlp/v1/${signal}`, "none", body)).status).toBe(401);
    });

    it.each([
      ["GET", "/api/default/streams"],
      ["POST", "/api/default/_search?type=logs"],
      ["GET", "/api/default/users"],
      ["GET", "/api/v2/default/alerts"],
      ["DELETE", "/api/default/streams/_json"],
      ["PUT", "/api/default/functions/_json"],
      ["GET", "/"],
    ] as const)("refuses %s %s to the token, with 403 as JSON", async (method, path) => {
      const body = method === "GET" ? {} : { body: "{}" };
      const answer = await deployment().call(path, { method, as: "token", ...body });
      expect([answer.status, answer.json()]).toEqual([403, expect.objectContaining({ code: 403 })]);
    });

    it("hides the server's own metrics even from its root user", async () => {
      expect((await deployment().call("/metrics", { as: "root" })).status).toBe(404);
    });

    it("listens on loopback alone", async () => {
      expect(await accepts("127.0.0.1", deployment().port)).toBe(true);
      const others = Object.values(networkInterfaces())
        .flatMap((list) => list ?? [])
        .filter(({ internal, family }) => !internal && family === "IPv4");
      for (const { address } of others) expect(await accepts(address, deployment().port)).toBe(false);
    });

    it("is the only way to the server, which publishes no port", async () => {
      const { NetworkSettings } = await deployment().container("openobserve").handle.inspect();
      expect(Object.values(NetworkSettings.Ports).filter(Boolean)).toEqual([]);
    });

    it("writes a line for each request and in none of them a credential", async () => {
      const { secrets, token } = deployment();
      const { handle } = deployment().container("gateway");
      const log = (await handle.logs({ stdout: true, stderr: true })).toString();
      expect(log).toContain('"status":403');
      for (const secret of [token, secrets.rootPassword]) expect(log).not.toContain(secret);
    });
  });
}
