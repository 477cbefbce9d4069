// What moves traffic in the release suite, as an operator's own command would: it writes each version's share of the
// customers where the processes read it. Arguments: folder, customers a second, percent for the canary.
const { appendFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const [folder, customers, percent] = process.argv.slice(2);
const write = (version, share) => {
  const file = join(folder, `${version}.rate`);
  writeFileSync(`${file}.partial`, String((Number(customers) * share) / 100));
  renameSync(`${file}.partial`, file);
};
write("canary", Number(percent));
write("stable", 100 - Number(percent));
appendFileSync(join(folder, "traffic.log"), `${Date.now()} ${percent}\n`);
