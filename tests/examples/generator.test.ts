import { type CommandBus, type QueryBus } from "@nestjs/cqrs";
import { LoadGenerator } from "../../examples/orders/load/generator.js";
import { Faults } from "../../examples/orders/orders/faults.js";

test("the load does not make up for hours that the clock jumped over", async () => {
  const stop = new AbortController();
  const began = Date.now();
  const clock = jest.spyOn(Date, "now").mockReturnValue(began);
  const execute = jest.fn(async () => {
    const calls = execute.mock.calls.length;
    if (calls === 2) clock.mockReturnValue(began + 3600e3); // Not the first, which is made while customers are counted.
    if (calls > 2) stop.abort();
    throw new Error("no such handler");
  });
  const bus = { execute } as unknown as CommandBus & QueryBus;
  const load = new LoadGenerator(bus, bus, new Faults());
  await load.run({ seconds: 0, rate: () => 100, signal: stop.signal });
  clock.mockRestore();
  expect(load.counts.commands).toBeGreaterThan(1);
  expect(load.counts.commands).toBeLessThan(200);
});
