import { Agent, request } from "undici";

/** An object of the API as far as the tests look into it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** What identifies an object. */
export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The server refused a request. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Marks what the tests have applied as theirs. */
const fieldManager = "o2cqrs";

/** A client of the Kubernetes API that knows each kind by asking the server. */
export class Api {
  /** The API server makes its own certificate at every start. */
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false }, bodyTimeout: 0 });
  readonly #resources = new Map<string, Promise<readonly Resource[]>>();
  /** What the server warned of since the start. */
  readonly warnings: string[] = [];

  constructor(
    private readonly address: string,
    private readonly token: string,
  ) {}

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async isReady(): Promise<boolean> {
    return this.send("GET", "/readyz").then(
      () => true,
      () => false,
    );
  }

  /** Server-side apply, which refuses fields that it does not know. */
  async apply(manifest: Reference, options: { dryRun?: boolean } = {}): Promise<KubeObject> {
    return this.#apply(manifest, JSON.stringify(manifest), options);
  }

  /** Applies the text of one custom resource definition, and waits until its kind is served. */
  async applyYaml(yaml: string): Promise<void> {
    const name = /^ {2}name: (\S+)$/m.exec(yaml)?.[1] ?? "";
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name },
    };
    await this.#apply(definition, yaml, {});
    await until(`${name} is served`, async () => {
      const { status } = (await this.get(definition))!;
      return (
        status?.conditions?.some(({ type, status: value }) => type === "Established" && value === "True") ??
        false
      );
    });
  }

  async #apply(reference: Reference, body: string, { dryRun = false }): Promise<KubeObject> {
    const query = new URLSearchParams({ fieldManager, fieldValidation: "Strict", force: "true" });
    if (dryRun) query.set("dryRun", "All");
    const path = `${await this.pathOf(reference)}?${query.toString()}`;
    return (await this.send("PATCH", path, body, "application/apply-patch+yaml")) as KubeObject;
  }

  async create(object: Reference, subresource = ""): Promise<KubeObject> {
    const path =
      subresource === ""
        ? await this.#collectionOf(object.apiVersion, object.kind, object.metadata.namespace)
        : `${await this.pathOf({ ...object, apiVersion: "v1", kind: "Pod" })}/${subresource}`;
    return (await this.send("POST", path, JSON.stringify(object))) as KubeObject;
  }

  /** Changes single fields, as a person would by hand. */
  async patch(reference: Reference, change: object): Promise<KubeObject> {
    const path = await this.pathOf(reference);
    return (await this.send(
      "PATCH",
      path,
      JSON.stringify(change),
      "application/merge-patch+json",
    )) as KubeObject;
  }

  async get(reference: Reference): Promise<KubeObject | undefined> {
    try {
      return (await this.send("GET", await this.pathOf(reference))) as KubeObject;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async delete(reference: Reference): Promise<void> {
    try {
      await this.send(
        "DELETE",
        await this.pathOf(reference),
        JSON.stringify({ propagationPolicy: "Foreground" }),
      );
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** All objects of a kind, in one namespace or in all. */
  async list(apiVersion: string, kind: string, namespace?: string): Promise<KubeObject[]> {
    return (await this.snapshot(apiVersion, kind, namespace)).items;
  }

  /** The same, with the version that a watch goes on from. */
  async snapshot(apiVersion: string, kind: string, namespace?: string) {
    const path = await this.#collectionOf(apiVersion, kind, namespace);
    const { items, metadata } = (await this.send("GET", path)) as {
      items: KubeObject[];
      metadata: { resourceVersion: string };
    };
    const { resourceVersion } = metadata;
    return { items: items.map((item): KubeObject => ({ ...item, apiVersion, kind })), resourceVersion };
  }

  /** Asks a pod to leave; refused with 429 while its budget does not allow it. */
  async evict(pod: KubeObject): Promise<void> {
    const { name, namespace } = pod.metadata;
    await this.create(
      {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name, ...(namespace !== undefined && { namespace }) },
      },
      "eviction",
    );
  }

  /** Every kind that the server can list, with its version. */
  async kinds(): Promise<{ apiVersion: string; kind: string }[]> {
    const { groups } = (await this.send("GET", "/apis")) as {
      groups: { preferredVersion: { groupVersion: string } }[];
    };
    const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
    const all = await Promise.all(
      versions.map(async (apiVersion) =>
        (await this.#resourcesOf(apiVersion)).map(({ kind }) => ({ apiVersion, kind })),
      ),
    );
    return all.flat();
  }

  /** Each change of a kind's objects since a version, until the signal. */
  async *watch(apiVersion: string, kind: string, namespace: string, since: string, signal: AbortSignal) {
    const path = await this.#collectionOf(apiVersion, kind, namespace);
    const { body } = await request(`${this.address}${path}?watch=true&resourceVersion=${since}`, {
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.token}` },
      signal,
    });
    let rest = "";
    body.setEncoding("utf8");
    for await (const chunk of body as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line) as { type: string; object: KubeObject };
    }
  }

  /** All that an account may do with the resources of its namespace, as the server's authorizers list it. */
  async rulesOf(namespace: string, account: string): Promise<unknown[]> {
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: { namespace },
    };
    const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
    const answer = await this.send(
      "POST",
      "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
      JSON.stringify(review),
      "application/json",
      {
        "impersonate-user": `system:serviceaccount:${namespace}:${account}`,
        "impersonate-group": groups,
      },
    );
    return (answer as { status: { resourceRules: unknown[] } }).status.resourceRules;
  }

  async send(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: string,
    type = "application/json",
    headers: Readonly<Record<string, string | string[]>> = {},
  ) {
    const response = await request(`${this.address}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.token}`, "content-type": type, ...headers },
      ...(body !== undefined && { body }),
    });
    const warning = response.headers.warning ?? [];
    this.warnings.push(...(typeof warning === "string" ? [warning] : warning));
    const text = await response.body.text();
    if (response.statusCode >= 300)
      throw new ApiError(response.statusCode, `${method} ${path}: ${messageOf(text)}`);
    return text.startsWith("{") ? (JSON.parse(text) as unknown) : text;
  }

  async pathOf({ apiVersion, kind, metadata }: Reference): Promise<string> {
    return `${await this.#collectionOf(apiVersion, kind, metadata.namespace)}/${metadata.name}`;
  }

  async #collectionOf(apiVersion: string, kind: string, namespace: string | undefined): Promise<string> {
    const resource = (await this.#resourcesOf(apiVersion)).find((each) => each.kind === kind);
    if (resource === undefined) throw new Error(`the server has no ${apiVersion} ${kind}`);
    const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
    return `${prefixOf(apiVersion)}${scope}/${resource.name}`;
  }

  async #resourcesOf(apiVersion: string): Promise<readonly Resource[]> {
    let found = this.#resources.get(apiVersion);
    if (found === undefined) {
      found = this.send("GET", prefixOf(apiVersion)).then((list) =>
        (list as { resources: (Resource & { verbs: string[] })[] }).resources.filter(
          ({ name, verbs }) => !name.includes("/") && verbs.includes("create"),
        ),
      );
      found.catch(() => this.#resources.delete(apiVersion));
      this.#resources.set(apiVersion, found);
    }
    return found;
  }
}

const prefixOf = (apiVersion: string): string => (apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`);

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text;
  }
}

export const minutes = (count: number): number => count * 60_000;

/**
 * Waits until something is so, asking again and again.
 *
 * @throws Error naming what did not come to be, with what was seen last when `isSo` answers with a text
 */
export async function until(
  what: string,
  isSo: () => Promise<boolean | string>,
  milliseconds = minutes(5),
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await isSo();
    if (answer === true) return;
    if (Date.now() > deadline)
      throw new Error(`Not in ${milliseconds / 1000} s: ${what}${answer === false ? "" : `; ${answer}`}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
