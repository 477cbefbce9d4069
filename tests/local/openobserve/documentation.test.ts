import { readFileSync } from "node:fs";
import { join } from "node:path";
import { missingRoutes } from "../../../local/openobserve/routes/not-here.js";

test("the documentation lists every request that is answered with 501, and no other", () => {
  const page = readFileSync(join(__dirname, "../../../docs/architecture.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([A-Z]+) (\/api\/\S+)` +\| (.+?) +\|$/gm)];
  expect(rows.map(([, ...cells]) => cells)).toEqual(missingRoutes.map((route) => [...route]));
});
