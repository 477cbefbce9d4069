import { randomBytes } from "node:crypto";
import { alerts } from "@o2cqrs/contract";
import { type AlertRecord } from "../../../local/openobserve/store/records.js";
import { renderTemplate } from "../../../local/openobserve/alerts/render.js";
import { type AlertListener, listenForAlerts } from "../../../ops/rollback/listen/server.js";
import { rollbackAlerts } from "../../../ops/rollback/listen/alert-message.js";
import { type RollbackTrigger } from "../../../ops/rollback/record.js";
import { type VerifyContext } from "../../../ops/verify/context.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";

jest.setTimeout(240_000);

/** The listener of `o2cqrs rollback --listen`, and a stack whose webhook sends to it. */
let listener: AlertListener;
let stack: DeployedStack;
let context: VerifyContext;
let triggers: RollbackTrigger[] = [];

beforeAll(async () => {
  const token = randomBytes(24).toString("hex");
  listener = await listenForAlerts({
    token,
    environment: "test",
    onTrigger: (trigger) => {
      triggers.push(trigger);
      return Promise.resolve();
    },
  });
  stack = await deployStack({ webhookUrl: `${listener.url}/alerts`, webhookToken: token });
  context = await stack.openContext();
});

beforeEach(() => {
  triggers = [];
});

afterAll(async () => {
  await context.close();
  await stack.close();
  await listener.close();
});

type Row = Readonly<Record<string, string | number>>;

/** Sends what the deployed template makes of a deployed alert, as its destination says. */
async function notify(name: string, rows: readonly Row[]): Promise<unknown> {
  const { admin } = context;
  const id = (await admin.alerts.list()).find((alert) => alert.name === name)?.alert_id;
  const alert = await admin.alerts.get(id ?? "");
  const destination = (await admin.alertDestinations.list()).find((each) => each.name === "cqrs-webhook");
  const template = await admin.alertTemplates.get(destination?.template ?? "");
  const now = Date.now() * 1000;
  const body = renderTemplate(
    { body: template?.body ?? "" },
    { row_template: "", ...alert } as unknown as AlertRecord,
    {
      organizationName: "default",
      rows,
      windowStart: now - 600_000_000,
      windowEnd: now,
      evaluatedAt: now,
      url: () => "https://observe.example.com/web/logs",
    },
  );
  const answer = await fetch(destination?.url ?? "", {
    method: destination?.method ?? "",
    headers: { "content-type": "application/json", ...destination?.headers },
    body,
  });
  return answer.json();
}

describe("the message that the stack's own webhook sends", () => {
  test.each(rollbackAlerts)("starts a rollback when it is of %s", async (name) => {
    expect(
      await notify(name, [{ type: "PlaceOrder", handler: "PlaceOrderHandler", value: "812.5" }]),
    ).toEqual({
      rollback: "started",
    });
    const { summary } = Object.values(alerts).find((alert) => alert.name === name)!;
    expect(triggers).toEqual([
      {
        source: "alert",
        alert: name,
        reason: expect.stringMatching(/Value 812\.5, limit .+, type PlaceOrder\.$/),
      },
    ]);
    expect(triggers[0]?.reason).toContain(summary);
    expect(triggers[0]?.reason).not.toMatch(/[{}]/);
  });

  test("starts one too when its rows say nothing of type and value, as those of silence do", async () => {
    await notify(alerts.commandsSilence.name, [{ _timestamp: Date.now() * 1000 }]);
    expect(triggers[0]?.reason).toContain("Value none");
  });

  test("is still JSON when the records that it tells of hold quotes and line breaks", async () => {
    await notify(alerts.commandErrors.name, [{ type: 'Place"Order\\', handler: "a\nb", value: 1 }]);
    expect(triggers).toHaveLength(1);
  });

  test.each([alerts.eventDeadLetter.name, alerts.cacheHitRatio.name, alerts.quarantine.name])(
    "starts none when it is of %s: the plan's triggers are latency, errors and lost telemetry",
    async (name) => {
      expect(await notify(name, [{ type: "OrderPaid", value: 3 }])).toEqual({
        ignored: "not an alert that rolls back",
      });
      expect(triggers).toEqual([]);
    },
  );
});
