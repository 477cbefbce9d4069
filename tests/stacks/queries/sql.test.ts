import { sql } from "@o2cqrs/stacks/queries";

describe("SQL of a query", () => {
  it("has its clauses in the order that SQL wants, and none that was not asked for", () => {
    expect(sql.select({ columns: sql.columns("type"), from: "cqrs_commands" })).toBe(
      'SELECT type FROM "cqrs_commands"',
    );
    expect(
      sql.select({
        columns: { ...sql.columns("type"), value: "COUNT(*)" },
        from: "cqrs_commands",
        where: "status = 'error'",
        groupBy: ["type", "handler"],
        having: "COUNT(*) > 1",
        orderBy: "value DESC",
        limit: 10,
      }),
    ).toBe(
      `SELECT type, COUNT(*) AS value FROM "cqrs_commands" WHERE status = 'error' ` +
        "GROUP BY type, handler HAVING COUNT(*) > 1 ORDER BY value DESC LIMIT 10",
    );
  });

  it("cannot be broken out of by a quote in a value or a name", () => {
    expect(sql.sqlString("O'Neill's")).toBe("'O''Neill''s'");
    expect(sql.sqlName('a"b"c')).toBe('"a""b""c"');
  });

  it("leaves records in that lack the column it excludes by", () => {
    expect(sql.isNot("service", ["a", "b"])).toBe("(service IS NULL OR service NOT IN ('a', 'b'))");
    expect(sql.startsWithNone("id", ["a-", "b-"])).toBe(
      "(id IS NULL OR (id NOT LIKE 'a-%' AND id NOT LIKE 'b-%'))",
    );
  });

  it("makes a share a fraction, as two integers divide to an integer", () => {
    expect(sql.share("cache_hit")).toBe("SUM(CASE WHEN cache_hit THEN 1 ELSE 0 END) * 1.0 / COUNT(*)");
  });

  it("takes quantiles by the server's own function", () => {
    expect(sql.percentile("duration_ms", 0.95)).toBe("approx_percentile_cont(duration_ms, 0.95)");
  });
});
