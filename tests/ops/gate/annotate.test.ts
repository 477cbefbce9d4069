import { annotateDashboards } from "../../../ops/gate/annotate.js";

const mark = { title: "Release 2.0.0", text: "promoted", start: 0, end: 1 };
const { signal } = new AbortController();

type Server = Parameters<typeof annotateDashboards>[0];

/** A server of which one call is all that is asked. */
const serverWith = (getByName: () => Promise<never>) => ({ folders: { getByName } }) as unknown as Server;

describe("a release's mark on the dashboards", () => {
  test("keeps nobody waiting for the outcome whose server does not answer", async () => {
    const silent = serverWith(() => new Promise<never>(() => undefined));
    expect(await annotateDashboards(silent, mark, signal, 20)).toMatch(
      /^not annotated: OpenObserve did not answer within 0\.02 s/,
    );
  });

  test("is never what a release fails by", async () => {
    const odd = serverWith(() => Promise.reject(new TypeError("no such thing")));
    expect(await annotateDashboards(odd, mark, signal)).toMatch(/^not annotated: no such thing/);
  });
});
