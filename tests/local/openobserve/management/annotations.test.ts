import { type Answer, ServerUnderTest } from "./server-under-test.js";

const dashboards = "/api/default/dashboards";

interface Mark {
  readonly annotation_id: string;
  readonly title: string;
}

/** Expectations as both real servers answered them. */
describe.each(["0.60", "0.90"] as const)("Annotations of dashboards, version %s", (version) => {
  let server: ServerUnderTest;
  let dashboardId: string;
  let path: string;

  beforeAll(async () => (server = await ServerUnderTest.startWithoutRows(version)));
  afterAll(() => server.stop());

  beforeEach(async () => {
    const { body } = await server.post(dashboards, { version: 8, title: "t" });
    dashboardId = body.v8.dashboardId;
    path = `${dashboards}/${dashboardId}/annotations`;
  });

  const annotate = (...timed_annotations: readonly object[]) => server.post(path, { timed_annotations });
  const titles = async (query: string): Promise<string[]> => {
    const { status, body } = await server.get(`${path}?${query}`);
    expect(status).toBe(200);
    return (body as Mark[]).map(({ title }) => title);
  };
  const ids = ({ body }: Answer) => (body as Mark[]).map(({ annotation_id }) => annotation_id);

  const release = {
    title: "release",
    text: "2.0.0",
    start_time: 1000,
    end_time: 2000,
    panels: ["p1", "p2"],
    tags: ["release"],
  };
  const moment = { title: "moment", start_time: 5000, panels: ["p2"] };
  const everywhere = { title: "everywhere", start_time: 3000 };

  test("come back with an id of the server's own, and null for what was not given", async () => {
    const answer = await annotate({ ...release, annotation_id: "mine" }, moment);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      { annotation_id: expect.stringMatching(/^\w{27}$/), ...release },
      { annotation_id: expect.stringMatching(/^\w{27}$/), end_time: null, text: null, tags: [], ...moment },
    ]);
    expect((await server.get(`${path}?start_time=0&end_time=9000`)).body).toEqual(answer.body);
  });

  test("are read by panel; one without panels belongs to all", async () => {
    await annotate(release, moment, everywhere);
    expect(await titles("start_time=0&end_time=9000&panels=p1")).toEqual(["release", "everywhere"]);
    expect(await titles("start_time=0&end_time=9000&panels=p1,p2")).toEqual([
      "release",
      "moment",
      "everywhere",
    ]);
    expect(await titles("start_time=0&end_time=9000&panels=")).toEqual(["everywhere"]);
  });

  test.each([
    ["within the range", 1500, 1600, ["release"]],
    ["at its end", 2000, 2500, ["release"]],
    ["at its start", 0, 1000, ["release"]],
    ["at the moment", 4000, 5000, ["moment"]],
    ["after the moment", 5001, 6000, []],
  ])("are read by time: %s", async (_what, start, end, found) => {
    await annotate(release, moment);
    expect(await titles(`start_time=${start}&end_time=${end}`)).toEqual(found);
  });

  test.each([
    ["", "Error parsing query parameters"],
    ["start_time=5", "Error parsing query parameters"],
    ["start_time=x&end_time=5", "Error parsing query parameters"],
    ["start_time=5&end_time=5", "start time must be less than end time"],
  ])("are not read with the query %j", async (query, message) => {
    expect(await server.get(`${path}?${query}`)).toMatchObject({ status: 400, body: { code: 400, message } });
  });

  test.each([
    ["none", [], "timed_annotations cannot be empty"],
    ["one without a title", [{}], "title cannot be empty"],
    [
      "one that ends as it begins",
      [{ ...release, end_time: 1000 }],
      "end time must be greater than start time",
    ],
  ])("are not made of %s, and then none of them is", async (_what, given, message) => {
    const answer = await annotate(...(given.length === 0 ? [] : [release, ...given]));
    expect(answer).toMatchObject({ status: 400, body: { code: 400, message } });
    expect(await titles("start_time=0&end_time=9000")).toEqual([]);
  });

  test("are refused with a time that is no integer, saying where", async () => {
    expect(await annotate({ title: "a", start_time: "5", panels: ["p1"] })).toMatchObject({
      status: 422,
      body: 'Failed to deserialize the JSON body into the target type: timed_annotations[0].start_time: invalid type: string "5", expected i64 at line 1 column 51',
    });
  });

  test("name each panel once", async () => {
    expect(await annotate({ ...release, panels: ["p1", "p1"] })).toMatchObject({
      status: 500,
      body: { message: "Failed to create timed annotations" },
    });
  });

  test("are deleted by their ids, unknown ones passed over unless there are no others", async () => {
    const [first] = ids(await annotate(release, moment));
    const remove = (...annotation_ids: readonly string[]) =>
      server.send("DELETE", path, { annotation_ids }, {});
    expect(await remove("nope", first!)).toMatchObject({ status: 200, body: "" });
    expect(await titles("start_time=0&end_time=9000")).toEqual(["moment"]);
    expect(await remove(first!)).toMatchObject({
      status: 500,
      body: { message: "Failed to delete timed annotations" },
    });
    expect(await remove()).toMatchObject({
      status: 400,
      body: { message: "annotation_ids cannot be empty" },
    });
  });

  test("go with their dashboard, and are none of another's", async () => {
    await annotate(release);
    const other = (await server.post(dashboards, { version: 8, title: "other" })).body.v8.dashboardId;
    const others = `${dashboards}/${other}/annotations?start_time=0&end_time=9000`;
    expect(await server.get(others)).toMatchObject({ status: 200, body: [] });
    await server.delete(`${dashboards}/${dashboardId}`);
    expect(await server.get(`${path}?start_time=0&end_time=9000`)).toMatchObject({
      status: 500,
      body: { code: 500, message: "Failed to get timed annotations" },
    });
    expect((await annotate(release)).status).toBe(500);
  });

  test("survive a restart", async () => {
    await annotate(release);
    await server.restart();
    expect(await titles("start_time=0&end_time=9000")).toEqual(["release"]);
  });
});
