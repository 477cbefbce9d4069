import {
  acceptanceItems,
  alerts,
  commonFields,
  dashboards,
  fieldTraits,
  folders,
  ingestMetrics,
  metrics,
  objectives,
  streams,
  thresholds,
} from "@o2cqrs/contract";

/** What people read, each with where it stands: on the server, in alerts, in reports and in docs. */
const texts: [place: string, text: string][] = [
  ...Object.values(streams).flatMap(({ name, description, fields }): [string, string][] => [
    [`stream ${name}`, description],
    ...fields.map((field): [string, string] => [`${name}.${field.name}`, field.description]),
  ]),
  ["attributes", fieldTraits.get(commonFields.attributes.unwrap())?.description ?? ""],
  ...[...Object.values(metrics), ...Object.values(ingestMetrics)].map(
    ({ name, description }): [string, string] => [`metric ${name}`, description],
  ),
  ...Object.values(dashboards).flatMap(({ title, description }): [string, string][] => [
    [`title of ${title}`, title],
    [`dashboard ${title}`, description],
  ]),
  ...Object.entries(folders).map(([id, { description }]): [string, string] => [`folder ${id}`, description]),
  ...Object.entries(thresholds).map(([id, { title }]): [string, string] => [`threshold ${id}`, title]),
  ...Object.entries(objectives).map(([id, { title }]): [string, string] => [`objective ${id}`, title]),
  ...Object.entries(acceptanceItems).map(([id, { title }]): [string, string] => [`item ${id}`, title]),
  ...Object.values(alerts).map(({ name, title }): [string, string] => [`alert ${name}`, title]),
];

describe("what people read", () => {
  it.each(texts)("%s says in a line what it is: %s", (_place, text) => {
    expect(text).toMatch(/^[A-Z]\S* ?.{3}/);
    expect(text.length).toBeLessThan(100);
    expect(text).not.toMatch(/[.\s]$|undefined|\ba [aeio]/);
  });

  it.each(Object.values(alerts).map(({ name, summary }) => [name, summary]))(
    "%s tells whoever it wakes, in a sentence: %s",
    (_name, summary) => {
      expect(summary).toMatch(/^[A-Z].{30,}[a-z]\.$/);
    },
  );

  it("tells apart the alerts that are sent for different things", () => {
    const summaries = Object.values(alerts).map(
      ({ name, summary }) => name.replace(/-burn-.*/, "") + summary,
    );
    expect(new Set(summaries).size).toBe(summaries.length);
  });
});
