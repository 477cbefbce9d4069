// Many streams, each with a few columns, an index and a retention, as a stack of many services has them.
const { Config } = require("@pulumi/pulumi");
const { Stream } = require("@o2cqrs/providers");

const count = new Config().requireNumber("count");
for (let n = 0; n < count; n++)
  new Stream(`bench-${n}`, {
    name: `bench_${n}`,
    fields: [
      { name: "service", type: "Utf8" },
      { name: "message", type: "Utf8" },
      { name: "duration_ms", type: "Float64" },
    ],
    fullTextSearch: ["message"],
    index: ["service"],
    retentionDays: 30,
  });
