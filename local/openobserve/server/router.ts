import type { Method, Route } from "./route.js";

interface Node {
  readonly fixed: Map<string, Node>;
  parameter: Node | undefined;
  readonly routes: Map<Method, Route>;
}

export type Match =
  | { readonly kind: "found"; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "wrong method"; readonly allow: string }
  | { readonly kind: "none" };

/**
 * Finds the handler of a path, by the rules of the real server's framework: a fixed segment goes before a
 * parameter, a trailing slash is another path, a parameter never is empty, `%2F` stays inside its segment,
 * and a known path with the wrong method is told apart from an unknown path.
 */
export class Router {
  readonly #root: Node = newNode();

  constructor(routes: Iterable<Route>) {
    for (const route of routes) this.#add(route);
  }

  #add(route: Route): void {
    let node = this.#root;
    for (const segment of segments(route.path)) {
      if (segment.startsWith(":")) node = node.parameter ??= newNode();
      else node = child(node, segment);
    }
    if (node.routes.has(route.method)) throw new Error(`two handlers for ${route.method} ${route.path}`);
    node.routes.set(route.method, route);
  }

  find(method: string, path: string): Match {
    const values: string[] = [];
    const node = walk(this.#root, segments(path), 0, values);
    if (!node) return { kind: "none" };
    const route = node.routes.get((method === "HEAD" ? "GET" : method) as Method);
    if (!route) return { kind: "wrong method", allow: allowed(node) };
    const names = segments(route.path).filter((segment) => segment.startsWith(":"));
    const parameters = Object.fromEntries(
      names.map((name, index) => [name.slice(1), decode(values[index] ?? "")]),
    );
    return { kind: "found", route, parameters };
  }
}

const newNode = (): Node => ({ fixed: new Map(), parameter: undefined, routes: new Map() });

function child(node: Node, segment: string): Node {
  const known = node.fixed.get(segment);
  if (known) return known;
  const made = newNode();
  node.fixed.set(segment, made);
  return made;
}

const segments = (path: string): string[] => path.split("/").slice(1);

/** The node of the path that has any handler; `values` then holds the parameters in order. */
function walk(node: Node, path: readonly string[], depth: number, values: string[]): Node | undefined {
  const segment = path[depth];
  if (segment === undefined) return node.routes.size > 0 ? node : undefined;
  const fixed = node.fixed.get(segment);
  const byName = fixed && walk(fixed, path, depth + 1, values);
  if (byName) return byName;
  if (!node.parameter || segment === "") return undefined;
  values.push(segment);
  const byParameter = walk(node.parameter, path, depth + 1, values);
  if (!byParameter) values.pop();
  return byParameter;
}

const allowed = (node: Node): string =>
  [...node.routes.keys()].flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(",");

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
