import type { Resource } from "@pulumi/pulumi";
import { imageName } from "../docker/images.js";
import { objectStoreAddress } from "./addresses.js";
import type { batch, core, Manifest } from "./manifest.js";
import { metadataOf, nameOf, selectorOf } from "./names.js";
import type { Options } from "./options.js";
import {
  containerDefaults,
  containerSecurity,
  fromOptionalSecret,
  fromSecret,
  identity,
  podDefaults,
  podSecurity,
  scratch,
  temporary,
  temporaryMount,
} from "./pod.js";
import { priorityName } from "./priorities.js";
import { Part, type PartArgs } from "./register.js";
import { postgresSecret, storageSecret } from "./secrets.js";
import { serviceAccount } from "./service-accounts.js";
import { disk, resourcesOf, sizes } from "./sizes.js";

/**
 * The metadata (users, dashboards, alerts, the list of files) is all that is not in the object store. It is
 * saved there every night, and what is too old is deleted.
 */

const dumpFolder = "/dump";
const dumpFile = `${dumpFolder}/metadata.dump`;
/** The dump as the commands that it stands for. */
const sqlFile = `${dumpFolder}/metadata.sql`;

/** libpq reads these, so that no password stands in an argument. */
const database = (options: Options) => {
  const secret = postgresSecret(options);
  return [
    fromSecret("PGHOST", secret, "host"),
    fromSecret("PGPORT", secret, "port"),
    fromSecret("PGUSER", secret, "username"),
    fromSecret("PGPASSWORD", secret, "password"),
    fromSecret("PGDATABASE", secret, "dbname"),
    // The operator's secret has none of these.
    fromOptionalSecret("PGSSLMODE", secret, "sslmode"),
    fromOptionalSecret("PGSSLROOTCERT", secret, "sslrootcert"),
    fromOptionalSecret("PGCHANNELBINDING", secret, "channel_binding"),
    fromOptionalSecret("PGOPTIONS", secret, "options"),
  ];
};

function store({ storage }: Options) {
  const endpoint = storage.mode === "cluster" ? objectStoreAddress : storage.endpoint;
  return [
    { name: "AWS_REGION", value: storage.region },
    ...(endpoint === undefined
      ? []
      : [
          { name: "AWS_ENDPOINT_URL_S3", value: endpoint },
          // Since 2.23 `aws` adds checksums that many stores other than Amazon's refuse.
          { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" },
        ]),
    ...(storage.access === "keys"
      ? [
          fromSecret("AWS_ACCESS_KEY_ID", storageSecret, "access-key"),
          fromSecret("AWS_SECRET_ACCESS_KEY", storageSecret, "secret-key"),
        ]
      : []),
    // Its cache; the home folder cannot be written.
    { name: "HOME", value: "/tmp" },
  ];
}

/** Folder of the dumps in the bucket; each is named for its day, so that names sort as days do. */
export const backupFolder = ({ storage }: Options): string =>
  `s3://${storage.bucket}/${storage.prefix === "" ? "" : `${storage.prefix.replace(/\/$/, "")}/`}metadata-backups`;

/** Copies the dump, and then deletes those that are older than they are kept. */
export function uploadScript(options: Options): string {
  const folder = backupFolder(options);
  return [
    "set -eu",
    `aws s3 cp --only-show-errors ${dumpFile} "${folder}/$(date -u +%Y-%m-%d).dump"`,
    `oldest=$(date -u -d '${options.backup.keepDays} days ago' +%Y-%m-%d)`,
    `aws s3 ls "${folder}/" | while read -r _ _ _ name; do`,
    `  case "$name" in ????-??-??.dump) ;; *) continue ;; esac`,
    `  if [ "\${name%.dump}" \\< "$oldest" ]; then aws s3 rm --only-show-errors "${folder}/$name"; fi`,
    "done",
  ].join("\n");
}

const mounts = [{ name: "dump", mountPath: dumpFolder }, temporaryMount];

function container(options: Options, name: string, image: string, command: string[], env: core.v1.EnvVar[]) {
  return {
    ...containerDefaults,
    name,
    image,
    command,
    env,
    securityContext: containerSecurity,
    resources: resourcesOf(sizes[options.size].backup),
    volumeMounts: mounts,
  } satisfies core.v1.Container;
}

function pod(options: Options, first: core.v1.Container, then: core.v1.Container) {
  return {
    metadata: { labels: selectorOf("backup") },
    spec: {
      ...podDefaults,
      ...identity("backup"),
      restartPolicy: "Never",
      securityContext: podSecurity(),
      priorityClassName: priorityName(options, "serving"),
      terminationGracePeriodSeconds: 30,
      initContainers: [first],
      containers: [then],
      volumes: [temporary, scratch("dump", disk(sizes[options.size].backup.diskGi))],
    },
  };
}

const jobDefaults = {
  parallelism: 1,
  completions: 1,
  backoffLimit: 2,
  /** An hour; a job that hangs would hold back the next. */
  activeDeadlineSeconds: 3600,
  ttlSecondsAfterFinished: 7 * 24 * 3600,
} as const;

export function backupManifests(options: Options): Manifest[] {
  const dump = ["pg_dump", "--format=custom", "--no-owner", `--file=${dumpFile}`];
  const cronJob = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: metadataOf("backup", options.namespace),
    spec: {
      schedule: options.backup.schedule,
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      suspend: false,
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels: selectorOf("backup") },
        spec: {
          ...jobDefaults,
          template: pod(
            options,
            container(options, "dump", imageName(options.images.dump), dump, database(options)),
            container(
              options,
              "upload",
              imageName(options.images.upload),
              ["bash", "-c", uploadScript(options)],
              store(options),
            ),
          ),
        },
      },
    },
  } satisfies batch.v1.CronJob;
  return [serviceAccount(options, "backup"), cronJob];
}

/**
 * Drops every table of the user's own. Those that a later release has made, and that the dump does not know,
 * would stand in the way of the next upgrade.
 */
const dropTables = `DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user LOOP
    EXECUTE format('DROP TABLE %I.%I CASCADE', one.schemaname, one.tablename);
  END LOOP;
END $$`;

/** All or nothing: a dump that cannot be read changes nothing, and neither does a restore that breaks off. */
const restoreScript = [
  "set -eu",
  `pg_restore --no-owner --file=${sqlFile} ${dumpFile}`,
  `exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction --command="$1" --file=${sqlFile}`,
].join("\n");

/** Name of the job that restores. */
export const restoreName = `${nameOf("backup")}-restore`;

/**
 * The job that puts a saved day's metadata back, into a database that exists; run it while no node runs. It is
 * applied by hand, never by a deployment.
 *
 * @param day `2026-11-24`
 */
export function restoreJob(options: Options, day: string) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day))
    throw new RangeError(`A backup is named for its day, such as 2026-11-24, not ${day}`);
  const fetch = ["aws", "s3", "cp", "--only-show-errors", `${backupFolder(options)}/${day}.dump`, dumpFile];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadataOf("backup", options.namespace, restoreName),
    spec: {
      ...jobDefaults,
      backoffLimit: 0,
      template: pod(
        options,
        container(options, "fetch", imageName(options.images.upload), fetch, store(options)),
        container(
          options,
          "restore",
          imageName(options.images.dump),
          ["sh", "-c", restoreScript, "restore", dropTables],
          database(options),
        ),
      ),
    },
  } satisfies batch.v1.Job;
}

export interface BackupArgs extends PartArgs {
  readonly options: Options;
}

export class Backup extends Part {
  constructor(args: BackupArgs, options: { readonly parent: Resource }) {
    super("Backup", backupManifests(args.options), args, options);
  }
}
