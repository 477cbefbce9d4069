import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import {
  type GatewayAccount,
  gatewayAccountFile,
  gatewayTokensFile,
} from "../../stacks/platform/gateway/credentials.js";
import { routerAddress } from "../../stacks/platform/kubernetes/addresses.js";
import { ports } from "../../stacks/platform/kubernetes/names.js";
import type { KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { eventually, Program } from "./processes.js";
import { renderedGateway } from "./rendered.js";

/** Where the systems put nginx's JavaScript module. */
const scriptModule = ["/usr/lib/nginx/modules", "/etc/nginx/modules", "/usr/share/nginx/modules"]
  .map((folder) => join(folder, "ngx_http_js_module.so"))
  .find((file) => existsSync(file));

interface GatewayArgs {
  readonly folder: string;
  readonly options: KubernetesOptions;
  /** Address of its own, as a pod has one. */
  readonly host: string;
  /** `host:port` in the place of the router's Service. */
  readonly router: string;
  readonly token: string;
  /** What the router is told for that token. */
  readonly account: GatewayAccount;
}

/** The system's nginx with the files and the command of the gateway's pod; only the places are this machine's. */
export class Gateway {
  readonly url: string;
  readonly program: Program;

  constructor({ folder, options, host, router, token, account }: GatewayArgs) {
    const own = join(folder, "gateway");
    mkdirSync(own);
    const { files, command } = renderedGateway(options);
    const here = (text: string) =>
      text
        .replaceAll(/\/etc\/nginx\/(?:gateway|tokens|account)|\/tmp/g, own)
        .replaceAll(routerAddress, router)
        .replaceAll("modules/ngx_http_js_module.so", scriptModule ?? "modules/ngx_http_js_module.so")
        .replace(`listen ${ports.gateway};`, `listen ${host}:${ports.gateway};`);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), here(text));
    writeFileSync(join(own, "tokens.json"), gatewayTokensFile([token]));
    writeFileSync(join(own, "account.json"), gatewayAccountFile(account));
    // Started by root, nginx has other users do the work, who must get through to the files.
    chmodSync(own, 0o755);
    this.program = new Program("gateway", { command: [...command.map(here), "-p", own], folder });
    this.url = `http://${host}:${ports.gateway}`;
  }

  async start(): Promise<void> {
    this.program.start();
    await this.ready();
  }

  async ready(): Promise<void> {
    await eventually(`the gateway answers (see ${this.program.log})`, async () => {
      const { statusCode, body } = await request(`${this.url}/healthz`);
      await body.dump();
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    });
  }
}
