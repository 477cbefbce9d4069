import { controlChange, controlCleared, controlSettings, controlStatus } from "@o2cqrs/contract";

const settings = { samplingRate: 0.5, batchSize: 200, pausedStreams: ["cqrs-queries"] };

describe("the control endpoint", () => {
  it("takes the settings that a process can change, within the limits of its configuration", () => {
    expect(controlSettings.parse(settings)).toEqual(settings);
    for (const wrong of [
      { samplingRate: 2 },
      { batchSize: 50 },
      { pausedStreams: [""] },
      { pausedStreams: ["x".repeat(201)] },
      { pausedStreams: Array.from({ length: 101 }, (_, index) => `stream-${index}`) },
      { flushInterval: 1000 },
    ])
      expect(controlSettings.safeParse({ ...settings, ...wrong }).success).toBe(false);
  });

  it("tells what a process is, what waits in it, and what a change or a clearing did", () => {
    const status = {
      service: "orders",
      version: "1.2.3",
      instance: "orders-1",
      settings,
      bufferedBytes: 0,
      refreshers: { orders: 2 },
      queues: {},
    };
    expect(controlStatus.parse(status)).toEqual(status);
    const change = { before: settings, after: { ...settings, pausedStreams: [] } };
    expect(controlChange.parse(change)).toEqual(change);
    const cleared = { refreshers: { orders: 2 }, queues: {}, bufferedBytesBefore: 10, bufferedBytesAfter: 0 };
    expect(controlCleared.parse(cleared)).toEqual(cleared);
    expect(controlCleared.safeParse({ ...cleared, bufferedBytesAfter: -1 }).success).toBe(false);
  });
});
