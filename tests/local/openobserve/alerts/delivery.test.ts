import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ServerUnderTest } from "../management/server-under-test.js";

interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A receiver of webhooks that answers 500 on `/failing`. */
class Receiver {
  readonly received: Received[] = [];
  #waiting: (() => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on("request", (request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        receiver.received.push({ path: request.url ?? "", headers: request.headers, body });
        response.writeHead(request.url === "/failing" ? 500 : 200).end();
        for (const wake of receiver.#waiting.splice(0)) wake();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** The first so many requests to a path. */
  async at(path: string, count = 1): Promise<Received[]> {
    for (;;) {
      const found = this.received.filter((request) => request.path === path);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const template = {
  name: "hook",
  type: "http",
  body: '{"alert":"{alert_name}","count":"{alert_count}","svc":"{svc}","team":"{team}","rows":"{rows}"}',
};

describe("Alerts that are due", () => {
  let receiver: Receiver;
  let server: ServerUnderTest;

  beforeAll(async () => {
    receiver = await Receiver.start();
    server = await ServerUnderTest.start("0.90", { allowLoopbackDestinations: true, alertIntervalMs: 20 });
    await prepare(server);
  });

  afterAll(async () => {
    await server.stop();
    await receiver.stop();
  });

  async function prepare(target: ServerUnderTest): Promise<void> {
    expect((await target.post("/api/default/alerts/templates", template)).status).toBe(200);
    for (const name of ["sql", "promql", "custom", "realtime", "failing"]) {
      const destination = {
        name,
        type: "http",
        url: receiver.url(`/${name}`),
        method: "post",
        template: "hook",
        headers: { "X-Probe": "1" },
      };
      expect((await target.post("/api/default/alerts/destinations", destination)).status).toBe(200);
    }
    const errors = Array.from({ length: 5 }, () => ({ level: "error", svc: "a", latency: 500 }));
    await target.post("/api/default/al_src/_json", errors);
    await target.post("/api/default/ingest/metrics/_json", [
      { __name__: "al_gauge", __type__: "gauge", host: "h1", value: 42 },
    ]);
  }

  const create = async (target: ServerUnderTest, more: Record<string, unknown>): Promise<string> => {
    const { status, body } = await target.post("/api/v2/default/alerts", {
      stream_type: "logs",
      stream_name: "al_src",
      is_real_time: false,
      trigger_condition: {
        period: 10,
        operator: ">=",
        threshold: 1,
        frequency: 1,
        frequency_type: "minutes",
      },
      context_attributes: { team: "core" },
      row_template: "{svc}:{c}",
      enabled: true,
      ...more,
    });
    expect([status, body.message]).toEqual([200, "Alert saved"]);
    return body.id as string;
  };

  const sql = "SELECT count(*) AS c, svc FROM al_src WHERE level = 'error' GROUP BY svc";

  it("by SQL send their template, filled, with the destination's headers", async () => {
    await create(server, { name: "by_sql", destinations: ["sql"], query_condition: { type: "sql", sql } });
    const [first] = await receiver.at("/sql");
    expect(JSON.parse(first!.body)).toEqual({
      alert: "by_sql",
      count: "1",
      svc: "a",
      team: "core",
      rows: "a:5",
    });
    expect(first!.headers).toMatchObject({ "x-probe": "1", "content-type": "application/json" });
  });

  it("by PromQL send the labels of the series that meets the condition", async () => {
    const promql_condition = { column: "value", operator: ">", value: 10 };
    const query_condition = { type: "promql", promql: "al_gauge", promql_condition };
    await create(server, {
      name: "by_promql",
      stream_type: "metrics",
      stream_name: "al_gauge",
      destinations: ["promql"],
      row_template: "{host}={value}",
      query_condition,
    });
    const [first] = await receiver.at("/promql");
    expect(JSON.parse(first!.body)).toMatchObject({ alert: "by_promql", rows: "h1=42" });
  });

  it("by conditions with an aggregation send each group beyond the limit", async () => {
    const conditions = { and: [{ column: "level", operator: "=", value: "error" }] };
    const having = { column: "latency", operator: ">=", value: 100 };
    const query_condition = {
      type: "custom",
      conditions,
      aggregation: { group_by: ["svc"], function: "avg", having },
    };
    await create(server, {
      name: "by_hand",
      destinations: ["custom"],
      query_condition,
      row_template: "{svc}:{alert_agg_value}",
    });
    const [first] = await receiver.at("/custom");
    expect(JSON.parse(first!.body)).toMatchObject({ alert: "by_hand", rows: "a:500" });
  });

  it("at once are those that watch the records themselves", async () => {
    const conditions = { and: [{ column: "level", operator: "=", value: "fatal" }] };
    await create(server, {
      name: "at_once",
      is_real_time: true,
      destinations: ["realtime"],
      query_condition: { type: "custom", conditions },
    });
    await server.post("/api/default/al_src/_json", [
      { level: "fatal", svc: "rt" },
      { level: "info", svc: "other" },
    ]);
    const [first] = await receiver.at("/realtime");
    expect(JSON.parse(first!.body)).toMatchObject({ alert: "at_once", count: "1", svc: "rt" });
  });

  it("are tried three times when the receiver fails, and not again before their next time", async () => {
    const id = await create(server, {
      name: "failing",
      destinations: ["failing"],
      query_condition: { type: "sql", sql },
    });
    await receiver.at("/failing", 3);
    const read = () => server.get(`/api/v2/default/alerts/${id}`);
    await server.until(read, ({ body }) => Number(body.last_satisfied_at) > 0);
    await create(server, { name: "after", destinations: ["sql"], query_condition: { type: "sql", sql } });
    await receiver.at("/sql", 2);
    expect(await receiver.at("/failing", 3)).toHaveLength(3);
  });

  it("send at once when they are triggered by hand, without rows", async () => {
    const id = await create(server, {
      name: "by_hand_now",
      enabled: false,
      destinations: ["custom"],
      query_condition: { type: "sql", sql },
    });
    expect(await server.patch(`/api/v2/default/alerts/${id}/trigger`)).toMatchObject({
      status: 200,
      body: { message: "Alert triggered" },
    });
    const sent = receiver.received.filter(({ body }) => body.includes("by_hand_now"));
    expect(sent.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      expect.objectContaining({ count: "0", rows: [] }),
    ]);
  });

  it("are refused by the newer server when they are sent to this machine, unless that is allowed", async () => {
    const guarded = await ServerUnderTest.start("0.90");
    try {
      await prepare(guarded);
      const id = await create(guarded, {
        name: "guarded",
        enabled: false,
        destinations: ["sql"],
        query_condition: { type: "sql", sql },
      });
      const before = receiver.received.length;
      expect(await guarded.patch(`/api/v2/default/alerts/${id}/trigger`)).toMatchObject({
        status: 500,
        body: { message: expect.stringContaining("Destination URL blocked by SSRF guard") },
      });
      expect(receiver.received).toHaveLength(before);
    } finally {
      await guarded.stop();
    }
  });

  it("are sent to this machine by the older server, which has no such guard", async () => {
    const older = await ServerUnderTest.start("0.60");
    try {
      await prepare(older);
      const id = await create(older, {
        name: "older",
        enabled: false,
        destinations: ["sql"],
        query_condition: { type: "sql", sql },
      });
      expect((await older.patch(`/api/v2/default/alerts/${id}/trigger`)).status).toBe(200);
    } finally {
      await older.stop();
    }
  });
});
