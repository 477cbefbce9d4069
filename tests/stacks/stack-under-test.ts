import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigOverride, createEngine, type Engine } from "@o2cqrs/local-engine";
import { type RunningServer, startServer } from "@o2cqrs/local-openobserve";

const projectDir = join(__dirname, "..", "..");
const user = "root@example.com";
export const password = "Complexpass#123";
/** Parts of receivers' addresses that nobody may read in a state. */
export const hidden = {
  webhook: "hidden-webhook-key",
  slack: "hidden-slack-path",
  pagerDuty: "hidden-routing-key",
  alertmanager: "hidden-alertmanager",
};

export const secret = (value: string): ConfigOverride => ({ value, secret: true });

export const basic = (name: string, key: string) =>
  `Basic ${Buffer.from(`${name}:${key}`).toString("base64")}`;

interface Listed {
  readonly name: string;
}

/** A stack of `target: existing`, the embedded server that it configures, and the receiver of its alerts. */
export class StackUnderTest {
  private constructor(
    readonly folder: string,
    readonly server: RunningServer,
    readonly receiver: Server,
    /** What the webhook was told. */
    readonly told: readonly Record<string, unknown>[],
  ) {}

  static async start(): Promise<StackUnderTest> {
    const folder = await mkdtemp(join(tmpdir(), "o2cqrs-deployment-"));
    const server = await startServer({
      dataDir: join(folder, "data"),
      rootUser: user,
      rootPassword: password,
      allowLoopbackDestinations: true,
      streamDeletionSeconds: 0,
    });
    const told: Record<string, unknown>[] = [];
    const receiver = createServer((incoming, answer) => {
      let body = "";
      incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
      incoming.on("end", () => {
        if (incoming.url?.includes(hidden.webhook)) told.push(JSON.parse(body) as Record<string, unknown>);
        answer.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    return new StackUnderTest(folder, server, receiver, told);
  }

  async close(): Promise<void> {
    await this.server.close();
    this.receiver.closeAllConnections();
    await new Promise((resolve) => this.receiver.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** An engine for the stack, whose config is right but for what is given. */
  engine(config: Record<string, ConfigOverride> = {}): Engine {
    const receiverUrl = `http://127.0.0.1:${(this.receiver.address() as AddressInfo).port}`;
    return createEngine({
      projectDir,
      stack: "deployed",
      stateDir: join(this.folder, "state"),
      passphrase: "test",
      // No setting of whoever runs the tests may fill in what a test leaves out.
      env: { O2CQRS_URL: undefined, O2CQRS_USER: undefined, O2CQRS_PASSWORD: undefined },
      config: {
        target: "existing",
        url: this.server.url,
        user,
        password: secret(password),
        webhookUrl: secret(`${receiverUrl}/?key=${hidden.webhook}`),
        slackUrl: secret(`${receiverUrl}/${hidden.slack}`),
        pagerDutyRoutingKey: secret(hidden.pagerDuty),
        pagerDutyUrl: receiverUrl,
        alertmanagerUrl: secret(`https://${hidden.alertmanager}.example.com/`),
        allowPrivateReceivers: "true",
        environment: "dev",
        serviceName: "orders",
        region: "eu-central-1",
        ...config,
      },
    });
  }

  get stateFile(): string {
    return join(this.folder, "state", "o2cqrs", "deployed.json");
  }

  /** @throws Error with the answer, where the server refuses */
  async request<Answer>(
    method: string,
    path: string,
    body?: unknown,
    authorization = basic(user, password),
  ): Promise<Answer> {
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }

  async list<T extends object = Listed>(path: string): Promise<T[]> {
    const answer = await this.request<{ list: T[] } | T[]>("GET", path);
    return Array.isArray(answer) ? answer : answer.list;
  }

  /** The newest hundred rows of the last hour. */
  async search(sql: string, type = "logs"): Promise<Record<string, unknown>[]> {
    const now = Date.now() * 1000;
    const query = { sql, start_time: now - 3_600_000_000, end_time: now + 60_000_000, from: 0, size: 100 };
    const answer = await this.request<{ hits: Record<string, unknown>[] }>(
      "POST",
      `/api/default/_search?type=${type}`,
      { query },
    );
    return answer.hits;
  }
}
