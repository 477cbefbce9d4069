import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { backupManifests, restoreJob } from "../../stacks/platform/kubernetes/backup.js";
import { kubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { postgresParts } from "../../stacks/platform/kubernetes/postgres-url.js";
import { secretDefinitions } from "../../stacks/platform/kubernetes/secrets.js";
import { ObjectStore } from "../roles/object-store.js";
import { Postgres, postgresPrograms } from "./postgres.js";
import { describeWithProgram } from "./program.js";

jest.setTimeout(120_000);

/**
 * The containers of the nightly job, and of the job that restores, run as processes: their own commands and
 * environments, but for their folder `/dump`, which is one of the test's.
 */
interface Container {
  readonly command: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
}
interface Job {
  readonly template: {
    readonly spec: {
      readonly initContainers: readonly Container[];
      readonly containers: readonly Container[];
    };
  };
}

/** Enough of `aws s3` for the jobs, where the real one is missing or too old to be told another store's address. */
const awsStandIn = `#!/bin/sh
set -eu
at() { echo "$AWS_ENDPOINT_URL_S3/\${1#s3://}"; }
for last; do :; done
case "$2" in
  ls) path=\${3#s3://}; prefix=\${path#*/}
    curl -fsS "$AWS_ENDPOINT_URL_S3/\${path%%/*}?list-type=2&prefix=$prefix" | grep -o '<Key>[^<]*' |
      while read -r key; do echo "2026-01-01 00:00:00 1 \${key#"<Key>$prefix"}"; done ;;
  rm) curl -fsS -X DELETE "$(at "$last")" ;;
  cp) case "$last" in
      s3://*) curl -fsS -T "$4" "$(at "$last")" ;;
      *) curl -fsS -o "$last" "$(at "$4")" ;;
    esac ;;
esac
`;

/** Releases of the command that read AWS_ENDPOINT_URL_S3. */
function isNewEnough(version: string): boolean {
  const [, major, minor] = /^aws-cli\/(\d+)\.(\d+)/.exec(version) ?? [];
  return (major === "1" && Number(minor) >= 29) || (major === "2" && Number(minor) >= 13);
}

describeWithProgram(join(postgresPrograms ?? "", "initdb"), "the nightly backup of the metadata", () => {
  const today = new Date().toISOString().slice(0, 10);
  let folder: string;
  let store: ObjectStore;
  let postgres: Postgres;
  let path: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "o2cqrs-metadata-"));
    for (const each of ["dump", "bin"]) mkdirSync(join(folder, each));
    store = await ObjectStore.start("telemetry");
    postgres = await Postgres.start();
    path = [postgresPrograms, process.env.PATH].join(delimiter);
    const version = await promisify(execFile)("aws", ["--version"], {
      env: { PATH: path, HOME: "/tmp" },
    }).then(
      ({ stdout }) => stdout,
      () => "",
    );
    if (isNewEnough(version)) process.stdout.write(`The store is reached by ${version}`);
    else {
      writeFileSync(join(folder, "bin", "aws"), awsStandIn, { mode: 0o755 });
      path = [join(folder, "bin"), path].join(delimiter);
      process.stdout.write(
        "The store is reached by a stand-in of aws: install the AWS command for the real one.\n",
      );
    }
  });

  afterAll(async () => {
    await postgres.stop();
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const options = () =>
    kubernetesOptions.parse({
      storage: { bucket: store.bucket, endpoint: store.url, prefix: "o2/" },
    });

  /** What the pods would find in their secrets. */
  function secretValue(name: string, key: string, database: string): string {
    const values = {
      ...postgresParts(postgres.uri(database)),
      s3AccessKey: "an-access-key",
      s3SecretKey: "a-secret-key",
    };
    const { keys, optionalKeys } = secretDefinitions(options()).find((secret) => secret.name === name)!;
    return values[{ ...keys, ...optionalKeys }[key] as keyof typeof values];
  }

  async function run({ template: { spec } }: Job, database: string): Promise<void> {
    for (const { command, env } of [...spec.initContainers, ...spec.containers]) {
      const [program, ...args] = command.map((word) => word.replaceAll("/dump/", `${folder}/dump/`));
      const variables = env.map(({ name, value, valueFrom }) => {
        const from = valueFrom?.secretKeyRef;
        return [name, from === undefined ? value : secretValue(from.name, from.key, database)] as const;
      });
      await promisify(execFile)(program!, args, { env: { PATH: path, ...Object.fromEntries(variables) } });
    }
  }

  const backUp = (database: string) => {
    const cronJob = backupManifests(options()).find(({ kind }) => kind === "CronJob")!;
    return run(
      (cronJob as unknown as { spec: { jobTemplate: { spec: Job } } }).spec.jobTemplate.spec,
      database,
    );
  };
  const restore = (database: string) => run(restoreJob(options(), today).spec as unknown as Job, database);

  /** All that a database holds, as text; a line in it is random by intent. */
  const everything = (database: string) =>
    postgres.run("pg_dump", database, "--no-owner").replace(/^\\(un)?restrict .*$/gm, "");

  /** A database with what metadata is made of. */
  function fill(database: string): void {
    postgres.run("createdb", database);
    postgres.query(
      database,
      `CREATE TABLE meta (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, module TEXT NOT NULL, key1 TEXT, value JSONB);
       CREATE UNIQUE INDEX meta_key ON meta (module, key1) WHERE key1 <> '';
       CREATE TABLE users (email VARCHAR(100) PRIMARY KEY, salt BYTEA, created BIGINT DEFAULT 7);
       CREATE TABLE org_users (email VARCHAR(100) REFERENCES users ON DELETE CASCADE, org TEXT);
       CREATE TABLE file_list (id BIGSERIAL PRIMARY KEY, stream TEXT, size BIGINT);
       INSERT INTO meta (module, key1, value)
         SELECT 'dashboard', 'key-' || n, jsonb_build_object('title', E'line\\n\\\\. "ü" 查询', 'n', n) FROM generate_series(1, 500) n;
       INSERT INTO users VALUES ('root@example.com', '\\x00ff10'), ('deploy@example.com', NULL);
       INSERT INTO org_users SELECT email, 'default' FROM users;
       INSERT INTO file_list (stream, size) SELECT 'cqrs_commands', n FROM generate_series(1, 5000) n;`,
    );
  }

  it("comes back as it was, whatever has become of the database since", async () => {
    fill("nightly");
    const saved = everything("nightly");
    await backUp("nightly");
    expect(store.keys).toEqual([`o2/metadata-backups/${today}.dump`]);
    postgres.query(
      "nightly",
      `DELETE FROM users WHERE email = 'root@example.com';
       UPDATE meta SET value = '{}';
       ALTER TABLE meta DROP COLUMN module;
       DROP TABLE file_list;
       CREATE TABLE of_a_later_release (id INT PRIMARY KEY, email VARCHAR(100) REFERENCES users);`,
    );
    expect(everything("nightly")).not.toBe(saved);
    await restore("nightly");
    expect(everything("nightly")).toBe(saved);
    // Numbers go on where they were, instead of being given twice.
    expect(postgres.query("nightly", "INSERT INTO file_list (stream) VALUES ('s') RETURNING id")).toBe(
      "5001",
    );
  });

  it("comes back into an empty database too", async () => {
    fill("lost");
    const saved = everything("lost");
    await backUp("lost");
    postgres.run("dropdb", "lost");
    postgres.run("createdb", "lost");
    await restore("lost");
    expect(everything("lost")).toBe(saved);
  });

  it("is reached as the connection string says, and not otherwise", async () => {
    fill("encrypted");
    await backUp("encrypted?sslmode=disable&options=-c%20statement_timeout%3D60s");
    // The test's server has no certificate, and so no encryption.
    for (const act of [backUp, restore])
      for (const mode of ["require", "verify-full"])
        await expect(act(`encrypted?sslmode=${mode}`)).rejects.toThrow(
          /does not support SSL|root certificate/,
        );
    await expect(backUp("encrypted?options=-c%20no_such_setting%3D1")).rejects.toThrow(/no_such_setting/);
    await expect(backUp("encrypted?channel_binding=require")).rejects.toThrow(/channel binding/);
  });

  it("changes nothing when its dump cannot be read, or stands for what cannot be done", async () => {
    fill("kept");
    await backUp("kept");
    const saved = everything("kept");
    await fetch(`${store.url}/${store.bucket}/${store.keys[0]!}`, { method: "PUT", body: "no dump" });
    await expect(restore("kept")).rejects.toThrow(/pg_restore/);
    expect(everything("kept")).toBe(saved);

    await backUp("kept");
    postgres.query(
      "kept",
      `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
       CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION refuse()`,
    );
    await expect(restore("kept")).rejects.toThrow(/refused/);
    postgres.query("kept", "DROP EVENT TRIGGER refuse; DROP FUNCTION refuse");
    expect(everything("kept")).toBe(saved);
  });
});
