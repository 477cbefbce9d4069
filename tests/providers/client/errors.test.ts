import { inspect } from "node:util";
import {
  AuthenticationError,
  ConflictError,
  NotFoundError,
  OpenObserveError,
  UnavailableError,
  UnexpectedAnswerError,
  UnsupportedError,
  ValidationError,
} from "@o2cqrs/providers/client";
import { answer, mocked, secrets } from "./mocked.js";

const listFunctions = { method: "GET", path: "/api/default/functions" };

async function failureOf(
  status: number,
  body: unknown,
  headers?: Record<string, string>,
): Promise<OpenObserveError> {
  const { server, pool } = mocked({ retries: 0 });
  answer(pool, listFunctions, status, body, headers);
  return server.functions.list().then(
    () => {
      throw new Error("did not fail");
    },
    (error: unknown) => error as OpenObserveError,
  );
}

describe("An error of the server", () => {
  const text = { "content-type": "text/plain" };

  test.each([
    [401, "Unauthorized Access", AuthenticationError],
    [403, { code: 403, message: "Not Supported" }, AuthenticationError],
    [404, { code: 404, message: "stream not found" }, NotFoundError],
    [409, { code: 409, message: "modified by someone else" }, ConflictError],
    [400, { code: 400, message: "stream already exists" }, ConflictError],
    [400, { code: 400, message: "Function already exist" }, ConflictError],
    [400, { code: 400, message: "invalid data type: varchar" }, ValidationError],
    [422, "Failed to deserialize the JSON body", ValidationError],
    [415, "", ValidationError],
    [405, "", UnsupportedError],
    [501, { code: 501, message: "not in the stand-in" }, UnsupportedError],
    [429, "", UnavailableError],
    [502, "", UnavailableError],
    [503, "", UnavailableError],
    [504, "", UnavailableError],
  ])("%i %j is a typed one", async (status, body, type) => {
    const error = await failureOf(status, body);
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(OpenObserveError);
    expect(error.name).toBe(type.name);
    expect(error).toMatchObject({ method: "GET", path: "/api/default/functions", status });
  });

  test("has its message in any of the three shapes: JSON, plain text, nothing", async () => {
    expect((await failureOf(400, { code: 400, message: "bad\nprogram" })).serverMessage).toBe("bad\nprogram");
    expect((await failureOf(404, "Organization not found", text)).serverMessage).toBe(
      "Organization not found",
    );
    expect((await failureOf(405, "")).message).toBe("GET /api/default/functions answered 405: (no message)");
  });

  test("says what a search error says beside its message", async () => {
    const body = { code: 20002, message: "Search stream not found", error_detail: "cqrs-events" };
    expect((await failureOf(400, body)).message).toContain("Search stream not found: cqrs-events");
  });

  test("that comes from a gateway with nothing behind it names the address, and no one request", async () => {
    expect((await failureOf(502, { code: 502, message: "OpenObserve cannot be reached" })).message).toMatch(
      /^https?:\/\/[^/ ]+ answered 502: OpenObserve cannot be reached\n.*is OpenObserve up\?$/,
    );
  });

  test("that is an ingress's page says its title, at the address too", async () => {
    const page =
      "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" +
      "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    const html = { "content-type": "text/html" };
    expect((await failureOf(503, page, html)).message).toMatch(
      /^https?:\/\/[^/ ]+ answered 503: Service Temporarily Unavailable\n.*is OpenObserve up\?$/,
    );
  });

  test("that hides in a 200 is found", async () => {
    const error = await failureOf(200, { code: 500, message: "inner failure" });
    expect(error).toMatchObject({ status: 500, serverMessage: "inner failure" });
  });

  test("is told apart from an answer of a form that no version gives", async () => {
    const error = await failureOf(200, { functions: [] });
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toMatch(/list: .*expected array/);
  });

  test("tells of wrong credentials how to set them", async () => {
    expect((await failureOf(401, "Unauthorized Access")).message).toMatch(/o2cqrs:user and o2cqrs:password/);
  });
});

describe("No error tells a credential", () => {
  const encoded = Buffer.from(`${secrets.user}:${secrets.password}`).toString("base64");

  const everywhere = (value: object) =>
    [
      inspect(value, { depth: 10, showHidden: true }),
      JSON.stringify(value),
      String((value as Error).stack),
    ].join("\n");

  test.each([401, 400, 500, 503])("neither one for an answer with %i", async (status) => {
    const error = await failureOf(status, { code: status, message: "no" });
    expect(everywhere(error)).not.toContain(secrets.password);
    expect(everywhere(error)).not.toContain(encoded);
  });

  test("nor one for a connection that fails, nor the client itself", async () => {
    const { server, pool } = mocked({ retries: 0 });
    pool.intercept(listFunctions).replyWithError(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
    const error = await server.functions.list().catch((caught: unknown) => caught as Error);
    for (const value of [error, server]) {
      expect(everywhere(value)).not.toContain(secrets.password);
      expect(everywhere(value)).not.toContain(encoded);
    }
  });
});
