import { newUuid } from "../../../runtime/context/uuid.js";

test("ids are UUIDs of version 4, and never the same, however often the pool is filled again", () => {
  const ids = Array.from({ length: 2000 }, newUuid);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
});
