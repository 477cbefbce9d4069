// A server that may be killed at any moment: what it has answered for stands in its file before the answer goes out.
const { createServer } = require("node:http");
const { appendFileSync } = require("node:fs");

const [port, file] = process.argv.slice(2);

createServer(async (request, response) => {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return; // The application was killed.
  }
  const records = JSON.parse(Buffer.concat(chunks).toString());
  appendFileSync(file, records.map(({ recordId }) => `${recordId}\n`).join(""));
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ status: [{ name: "s", successful: records.length, failed: 0 }] }));
}).listen(Number(port), "127.0.0.1", () => process.send?.("ready"));
