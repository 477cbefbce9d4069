import { type ChildProcess, fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";

/** The sample's own HTTP server, on a port of the system's choice; it refuses only when told to. */
export class ThingServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param projectDir the folder of the sample's copy, whose server.js is changed */
  static async start(projectDir: string): Promise<ThingServer> {
    const path = join(projectDir, "server.js");
    const source = readFileSync(path, "utf8");
    const listen = ".listen(5999,'127.0.0.1')";
    if (!source.includes(listen)) throw new Error("the sample's server does not listen as expected");
    const refuse = "return j(400,{message:'refused'})";
    if (!source.includes(refuse)) throw new Error("the sample's server does not refuse as expected");
    writeFileSync(
      path,
      source
        .replace(listen, ".listen(0,'127.0.0.1',function(){process.send(this.address().port)})")
        .replace(refuse, `return process.once("message",()=>j(400,{message:'refused'}))`),
    );
    const child = fork(path, { execArgv: [] });
    const [port] = await once(child, "message");
    return new ThingServer(child, `http://127.0.0.1:${port}`);
  }

  /** Sends the refusal that a create with `fail: true` is waiting for. */
  refuse(): void {
    this.child.send("refuse");
  }

  async put(id: string, body: unknown): Promise<void> {
    await fetch(`${this.url}/${id}`, { method: "PUT", body: JSON.stringify(body) });
  }

  async delete(id: string): Promise<void> {
    await fetch(`${this.url}/${id}`, { method: "DELETE" });
  }

  async stop(): Promise<void> {
    this.child.kill();
    await once(this.child, "exit");
  }
}
