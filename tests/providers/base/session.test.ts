import { configure, server } from "../../../providers/base/session.js";

const request = (values: Record<string, string>) => ({
  config: {
    get: (key: string) => values[key],
    require: (key: string) => values[key]!,
  },
});

describe("The process of dynamic providers", () => {
  const complete = {
    "o2cqrs:url": "http://observe.example.com",
    "o2cqrs:user": "u@example.com",
    "o2cqrs:password": "p",
  };

  test("shares one client between all kinds, as long as the connection is the same", () => {
    configure(request(complete));
    const first = server();
    configure(request({ ...complete }));
    expect(server()).toBe(first);
    configure(request({ ...complete, "o2cqrs:password": "rotated" }));
    expect(server()).not.toBe(first);
    expect(server().url).toBe("http://observe.example.com");
  });

  test("reads a stack's config once, however often it asks the server", () => {
    for (let n = 0; n < 2; n++) {
      const given = request({ ...complete });
      const get = jest.spyOn(given.config, "get");
      configure(given);
      const client = server();
      get.mockClear();
      expect(server()).toBe(client);
      expect(get).not.toHaveBeenCalled();
    }
  });

  test("needs a connection only when it needs the server, so that a preview works without one", () => {
    const env = jest.replaceProperty(process, "env", {});
    try {
      expect(() => configure(request({}))).not.toThrow();
      expect(() => server()).toThrow(/pulumi config set --secret o2cqrs:password/);
    } finally {
      env.restore();
    }
  });
});
