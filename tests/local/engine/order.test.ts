import fc from "fast-check";

import { type EngineEvent } from "@o2cqrs/local-engine";

import { ThingProject } from "./support/things.js";

jest.setTimeout(120_000);

/** For each thing, those of smaller number that it depends on. */
const graph = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 8, maxLength: 14 })
  .map((rows) =>
    rows.map((needs, index) => (index === 0 ? [] : [...new Set(needs.map((need) => need % index))])),
  );

function program(needs: readonly (readonly number[])[]): string {
  return [
    "const things = [];",
    ...needs.map(
      (on, index) =>
        `things.push(new Thing("t${index}", {}, { dependsOn: [${on.map((other) => `things[${other}]`).join(", ")}] }));`,
    ),
  ].join("\n");
}

/** When each thing's operation began and ended, as positions among the events. */
function spans(events: readonly EngineEvent[]): Map<string, { begin: number; end: number }> {
  const result = new Map<string, { begin: number; end: number }>();
  events.forEach((event, position) => {
    if (event.kind !== "step-start" && event.kind !== "step-end") return;
    const span = result.get(event.step.name) ?? { begin: position, end: position };
    result.set(
      event.step.name,
      event.kind === "step-start" ? { ...span, begin: position } : { ...span, end: position },
    );
  });
  return result;
}

test("any graph is created from what is needed to what needs it, and deleted the other way round", async () => {
  const [needs = []] = fc.sample(graph, { numRuns: 1 });
  const project = new ThingProject();
  try {
    const created = spans((await project.up(program(needs))).events);
    const deleted = spans((await project.run("destroy")).events);
    needs.forEach((on, index) => {
      for (const other of on) {
        const edge = `t${index} needs t${other} in ${JSON.stringify(needs)}`;
        const [needy, needed] = [`t${index}`, `t${other}`];
        expect({ edge, first: created.get(needed)!.end < created.get(needy)!.begin }).toEqual({
          edge,
          first: true,
        });
        expect({ edge, first: deleted.get(needy)!.end < deleted.get(needed)!.begin }).toEqual({
          edge,
          first: true,
        });
      }
    });
    expect(project.ids()).toEqual([]);
  } finally {
    project.remove();
  }
});
