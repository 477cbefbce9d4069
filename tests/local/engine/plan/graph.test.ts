import fc from "fast-check";

import { inOrder, ResourceGraph } from "../../../../local/engine/plan/graph.js";
import {
  newState,
  requirementsOf,
  type ResourceState,
} from "../../../../local/engine/state/resource-state.js";
import { resources } from "../support/arbitraries.js";

const state = (urn: string, fields: Partial<ResourceState> = {}): ResourceState =>
  newState({ urn, type: "t", custom: true, ...fields });

describe("the graph of resources", () => {
  test("a resource needs its parent, its provider, its dependencies and what it is deleted with", () => {
    const all = ["parent", "provider", "dependency", "property", "with"].map((urn) => state(urn));
    const needy = state("needy", {
      parent: "parent",
      provider: "provider::id",
      dependencies: ["dependency"],
      propertyDependencies: { p: ["property"] },
      deletedWith: "with",
    });
    expect([...new ResourceGraph([...all, needy]).requirements(needy)]).toEqual(expect.arrayContaining(all));
  });

  test("while a replaced resource waits for its deletion, a dependent needs the nearest one before it", () => {
    const [old, fresh] = [state("a", { delete: true, id: "old" }), state("a", { id: "new" })];
    const dependent = state("b", { dependencies: ["a"] });
    const graph = new ResourceGraph([old, fresh, dependent]);
    expect([...graph.requirements(dependent)]).toEqual([fresh]);
    expect([...graph.dependents(old)]).toEqual([]);
  });

  test("the dependents of a resource are all that reach it, in dependency order", () => {
    fc.assert(
      fc.property(resources, fc.nat(), (list, pick) => {
        fc.pre(list.length > 0);
        const root = list[pick % list.length]!;
        const reaches = (from: ResourceState): boolean =>
          requirementsOf(from).some(
            (urn) => urn === root.urn || reaches(list.find((other) => other.urn === urn)!),
          );
        expect(new ResourceGraph(list).allDependents(root)).toEqual(list.filter(reaches));
      }),
    );
  });

  test("requirements and dependents are each other's inverse", () => {
    fc.assert(
      fc.property(resources, (list) => {
        const graph = new ResourceGraph(list);
        for (const one of list)
          for (const other of list)
            expect(graph.allRequirements(one).includes(other)).toBe(graph.allDependents(other).includes(one));
      }),
    );
  });
});

describe("running in order", () => {
  test("no task starts before all that must come first have succeeded, and each runs once", async () => {
    await fc.assert(
      fc.asyncProperty(resources, fc.scheduler(), async (list, scheduler) => {
        const graph = new ResourceGraph(list);
        const done = new Set<ResourceState>();
        const running = inOrder(
          list,
          (resource) => graph.dependents(resource),
          async (resource) => {
            for (const dependent of graph.dependents(resource)) expect(done).toContain(dependent);
            expect(done).not.toContain(resource);
            await scheduler.schedule(Promise.resolve());
            done.add(resource);
            return true;
          },
        );
        await scheduler.waitFor(running);
        expect(done.size).toBe(list.length);
      }),
    );
  });

  test("a failure skips exactly what waits for it", async () => {
    await fc.assert(
      fc.asyncProperty(resources, fc.nat(), async (list, pick) => {
        fc.pre(list.length > 0);
        const broken = list[pick % list.length]!;
        const graph = new ResourceGraph(list);
        const skipped = await inOrder(
          list,
          (resource) => graph.dependents(resource),
          async (resource) => resource !== broken,
        );
        expect(new Set(skipped)).toEqual(new Set(graph.allRequirements(broken)));
      }),
    );
  });

  test("independent tasks run at the same time", async () => {
    const list = [state("a"), state("b"), state("c")];
    let waiting = 0;
    let release: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (release = resolve));
    await inOrder(
      list,
      () => [],
      async () => {
        if (++waiting === list.length) release();
        await all;
        return true;
      },
    );
    expect(waiting).toBe(3);
  });
});
