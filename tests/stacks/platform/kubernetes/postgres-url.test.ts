import { postgresParts, postgresUrl } from "../../../../stacks/platform/kubernetes/postgres-url.js";

const base = "postgres://openobserve:s3cret@db.example.com:6432/meta";

describe("the parts of a connection string", () => {
  const encryption = (query: string) => {
    const { postgresSslMode, postgresSslRootCert, postgresChannelBinding, postgresOptions } = postgresParts(
      base + query,
    );
    return [postgresSslMode, postgresSslRootCert, postgresChannelBinding, postgresOptions];
  };

  it("have what libpq would take by itself where the string says nothing", () => {
    expect(encryption("")).toEqual(["prefer", "", "prefer", ""]);
  });

  it("carry how to connect, with the public authorities where the server must be known by one", () => {
    expect(encryption("?sslmode=require&channel_binding=require&options=-c%20a%3Db")).toEqual([
      "require",
      "",
      "require",
      "-c a=b",
    ]);
    expect(encryption("?sslmode=verify-full")).toEqual(["verify-full", "system", "prefer", ""]);
    expect(encryption("?ssl-mode=disable")[0]).toBe("disable");
  });

  it("name a host by its bare address", () => {
    expect(postgresParts("postgres://u:p@[2001:db8::1]/meta").postgresHost).toBe("2001:db8::1");
  });
});

describe("a connection string", () => {
  const problems = (url: string) => {
    const result = postgresUrl.safeParse(url);
    return result.error?.issues.map(({ message }) => message) ?? [];
  };

  it("is taken with parameters that the nodes and the backup understand, and with others that matter to neither", () => {
    for (const query of ["", "?sslmode=verify-full", "?ssl-mode=require&connect_timeout=10"])
      expect(problems(base + query)).toEqual([]);
  });

  it.each([
    ["?sslmode=verify-full&sslrootcert=/ca.pem", /^sslrootcert names a file, which no pod has$/],
    ["?host=other.example.com", /^host belongs before the question mark$/],
    ["?sslmode=verify-ca", /^sslmode must be one of disable, .*verify-full/],
    ["?sslmode=s3cret", /^sslmode must be one of/],
  ])("is refused with %s, and not shown", (query, message) => {
    expect(problems(base + query)).toEqual([expect.stringMatching(message)]);
    expect(problems(base + query).join()).not.toContain("s3cret");
  });

  it("is refused as an address of another kind, and as no address at all", () => {
    for (const url of ["mysql://u:p@db/meta", "db.example.com"])
      expect(problems(url)).toEqual(["must be a postgres:// address"]);
  });
});
