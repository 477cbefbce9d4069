import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { nameOf, ports } from "../../stacks/platform/kubernetes/names.js";
import { natsConfig } from "../../stacks/platform/kubernetes/nats.js";
import { kubernetesOptions, type KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { headlessName } from "../../stacks/platform/kubernetes/services.js";
import { sizes } from "../../stacks/platform/kubernetes/sizes.js";
import { eventually, Program } from "./processes.js";

interface NatsArgs {
  readonly folder: string;
  readonly options: KubernetesOptions;
  readonly password: string;
  readonly addressOf: (ordinal: number) => string;
}

/** The servers of NATS that a profile has, with the rendered configuration; only the places are this machine's. */
export class Nats {
  readonly hosts: readonly string[];
  readonly programs: readonly Program[];

  constructor({ folder, options: input, password, addressOf }: NatsArgs) {
    const options = kubernetesOptions.parse(input);
    const { replicas } = sizes[options.size].nats;
    this.hosts = Array.from({ length: replicas }, (_, ordinal) => addressOf(ordinal));
    const config = this.hosts.reduce(
      (text, host, ordinal) => text.replaceAll(`${podOf(ordinal)}.${headlessName("nats")}`, host),
      natsConfig(options),
    );
    this.programs = this.hosts.map((host, ordinal) => server(folder, config, host, podOf(ordinal), password));
  }

  async start(): Promise<void> {
    for (const program of this.programs) program.start();
    await this.ready();
  }

  /** What clients are told, in the place of the Service's name. */
  get addresses(): string {
    return this.hosts.map((host) => `${host}:${ports.nats}`).join(",");
  }

  async ready(): Promise<void> {
    for (const [index, host] of this.hosts.entries())
      await eventually(`NATS answers on ${host} (see ${this.programs[index]!.log})`, async () => {
        const { statusCode, body } = await request(`http://${host}:${ports.natsMonitor}/healthz`);
        await body.dump();
        if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      });
  }
}

const podOf = (ordinal: number) => `${nameOf("nats")}-${ordinal}`;

function server(folder: string, config: string, host: string, pod: string, password: string): Program {
  const own = join(folder, pod);
  mkdirSync(own);
  const file = join(own, "nats.conf");
  writeFileSync(file, config.replaceAll("/data", own).replaceAll("/tmp/", `${own}/`));
  const routes = `nats://${host}:${ports.natsRoutes}`;
  return new Program(pod, {
    command: ["nats-server", "--config", file, "--addr", host, "--cluster", routes],
    env: { POD_NAME: pod, NATS_PASSWORD: password },
    folder,
  });
}
