import fc from "fast-check";
import type { Provider } from "../../providers/base/provider.js";
import { AlertProvider } from "../../providers/alert/provider.js";
import { AlertDestinationProvider } from "../../providers/alert-destination/provider.js";
import { AlertTemplateProvider } from "../../providers/alert-template/provider.js";
import { DashboardProvider } from "../../providers/dashboard/provider.js";
import { EnrichmentTableProvider } from "../../providers/enrichment-table/provider.js";
import { FolderProvider } from "../../providers/folder/provider.js";
import { FunctionProvider } from "../../providers/function/provider.js";
import { OrganizationProvider } from "../../providers/organization/provider.js";
import { PipelineProvider } from "../../providers/pipeline/provider.js";
import { PipelineDestinationProvider } from "../../providers/pipeline-destination/provider.js";
import { SavedViewProvider } from "../../providers/saved-view/provider.js";
import { ServiceAccountProvider } from "../../providers/service-account/provider.js";
import { StreamProvider } from "../../providers/stream/provider.js";
import { UserProvider } from "../../providers/user/provider.js";
import * as arbitrary from "./arbitraries.js";

/** What servers answer 4xx or 5xx to, or silently get wrong: it must not come to that. */

const blank = fc.stringMatching(/^[ \t\n]*$/);
const badAlertingName = fc
  .constantFrom(":", "#", "?", "&", "%", "/", '"', "'", " ")
  .map((refused) => `a${refused}b`);
const otherWord = fc.stringMatching(/^[A-Z]{3,8}$/);
const notAnAddress = fc.constantFrom(
  "",
  "nobody",
  "a@b",
  "x@example.com",
  "a.b@example.com",
  "a b@example.com",
);
const notAWebAddress = fc.constantFrom("", "example.com", "ftp://example.com/", "//example.com");
const privateAddress = fc.constantFrom("http://127.0.0.1/", "http://10.1.2.3/", "http://web.ops.svc/");
const negative = fc.integer({ min: -1000, max: -1 });
const fraction = fc.integer({ min: 1, max: 1000 }).map((n) => n + 0.5);
const badCron = fc.constantFrom("* * * * * *", "*/5 * * * *", "0 0", "", "MON 0 0 * * *");

type Case = readonly [path: string, bad: fc.Arbitrary<unknown>, allowed: RegExp];

const kinds: [string, Provider<object, object>, fc.Arbitrary<object>, Case[]][] = [
  [
    "Stream",
    new StreamProvider(),
    arbitrary.stream,
    [
      ["name", fc.constant(""), /expected string to have >=1/],
      ["type", otherWord, /expected one of "logs"\|"metrics"\|"traces"/],
      ["retentionDays", fc.oneof(negative, fraction), />=0|expected int/],
      ["maxQueryRangeHours", fc.oneof(negative, fraction), />=0|expected int/],
      ["flattenLevel", fc.oneof(negative, fc.integer({ min: 11 }), fraction), />=0|<=10|expected int/],
      ["fullTextSearch", fc.constant(["not_a_field"]), /must be among fields, with type Utf8/],
      ["index", fc.constantFrom(["_timestamp"], ["_all"]), /is the server's own column/],
      ["partitionKeys", fc.constant([{ field: "message" }]), /searched as text and cannot partition/],
      ["partitionKeys", fc.constant([{ field: "a", type: { hash: 7 } }]), /must be "value", "prefix" or/],
      ["fields", fc.constant([{ name: "a", type: "text" }]), /expected one of "Utf8"/],
    ],
  ],
  [
    "Function",
    new FunctionProvider(),
    arbitrary.vrlFunction,
    [
      ["name", blank, /must not be empty/],
      ["vrl", blank, /must not be empty/],
    ],
  ],
  [
    "Pipeline",
    new PipelineProvider(),
    arbitrary.pipeline,
    [
      ["name", blank, /must not be empty/],
      ["outputs", fc.constant({}), /needs at least one output/],
      ["outputs", fc.constant({ o: { kind: "stream", stream: "s", from: "nowhere" } }), /no node nowhere/],
      [
        "outputs",
        fc.constant({ "a b": { kind: "stream", stream: "s", from: "source" } }),
        /letters, digits or _/,
      ],
      [
        "source",
        fc.constant({ kind: "sql", sql: "SELECT a FROM b", periodMinutes: 1 }),
        /must select _timestamp/,
      ],
      [
        "source",
        badCron.map((cron) => ({ kind: "sql", sql: "SELECT _timestamp FROM b", periodMinutes: 1, cron })),
        /seconds/,
      ],
    ],
  ],
  [
    "AlertTemplate",
    new AlertTemplateProvider(),
    arbitrary.alertTemplate,
    [
      ["name", fc.oneof(blank, badAlertingName), /must not/],
      ["name", fc.constant("prebuilt_mine"), /must not start with prebuilt_/],
      ["type", otherWord, /expected one of "http"\|"email"\|"sns"/],
      ["body", blank, /must not be empty/],
    ],
  ],
  [
    "AlertDestination",
    new AlertDestinationProvider(),
    arbitrary.alertDestination,
    [
      ["name", fc.oneof(blank, badAlertingName), /must not/],
      ["type", otherWord, /Expected 'http' \| 'email' \| 'sns'/],
      ["template", fc.constant(""), /must name a template/],
    ],
  ],
  [
    "PipelineDestination",
    new PipelineDestinationProvider(),
    arbitrary.pipelineDestination,
    [
      ["name", fc.oneof(blank, badAlertingName), /must not/],
      ["url", notAWebAddress, /must be an http:\/\/ or https:\/\/ address/],
      ["url", privateAddress, /allowPrivateAddress: true/],
      ["method", otherWord, /expected one of "post"\|"put"\|"get"/],
      ["outputFormat", fc.oneof(otherWord, fc.constant({ esbulk: {} })), /must be "json", "ndjson"/],
    ],
  ],
  [
    "Alert",
    new AlertProvider(),
    arbitrary.alert,
    [
      ["name", fc.oneof(blank, badAlertingName), /must not/],
      ["destinations", fc.constant([]), /needs at least one destination/],
      ["streamType", otherWord, /expected one of "logs"/],
      ["trigger", negative.map((periodMinutes) => ({ periodMinutes })), />=1/],
      ["trigger", badCron.map((cron) => ({ periodMinutes: 1, cron })), /seconds/],
      ["trigger", fraction.map((threshold) => ({ periodMinutes: 1, threshold })), /expected int/],
      ["trigger", fc.constant({ periodMinutes: 1, cron: "0 0 0 * * *", timezone: "Mars" }), /IANA time zone/],
      ["condition", fc.constant({ kind: "custom", where: { all: [] } }), />=1 items/],
    ],
  ],
  [
    "Folder",
    new FolderProvider(),
    arbitrary.folder,
    [
      ["name", blank, /must not be empty/],
      ["name", fc.constantFrom("default", "Default"), /the server's own/],
      ["kind", otherWord, /expected one of "dashboards"\|"alerts"\|"reports"/],
    ],
  ],
  [
    "Dashboard",
    new DashboardProvider(),
    arbitrary.dashboard,
    [
      ["title", blank, /must not be empty/],
      ["tabs", fc.constant([]), /needs at least one tab/],
      ["timeRange", fc.constant({ kind: "relative", period: "soon" }), /must be a number and s, m, h/],
      ["timeRange", fc.constant({ kind: "absolute", start: 2, end: 1 }), /must be after start/],
    ],
  ],
  [
    "ServiceAccount",
    new ServiceAccountProvider(),
    arbitrary.serviceAccount,
    [["email", notAnAddress, /must be an e-mail address such as/]],
  ],
  [
    "User",
    new UserProvider(),
    arbitrary.user,
    [
      ["email", notAnAddress, /must be an e-mail address such as/],
      ["password", fc.string({ maxLength: 7, unit: "grapheme-ascii" }), /must have at least 8 characters/],
    ],
  ],
  [
    "Organization",
    new OrganizationProvider(),
    arbitrary.organization,
    [["name", fc.oneof(blank, fc.constantFrom("a/b", "a-b", "é", "a.b")), /must/]],
  ],
  [
    "SavedView",
    new SavedViewProvider(),
    arbitrary.savedView,
    [
      ["name", blank, /must not be empty/],
      [
        "data",
        fc.oneof(fc.constant([]), fc.string(), fc.integer()),
        /must be an object of plain JSON values/,
      ],
    ],
  ],
  [
    "EnrichmentTable",
    new EnrichmentTableProvider(),
    arbitrary.enrichmentTable,
    [
      ["name", blank, /must not be empty/],
      ["rows", fc.constant([]), /needs at least one row/],
      ["rows", fc.constant([{ a: 1 }, { b: 2 }]), /must have the columns of the first row: a/],
      ["deletionTimeoutSeconds", negative, />=0/],
    ],
  ],
];

describe.each(kinds)(
  "Bad arguments of a %s fail in check, and say where and what is allowed:",
  (_, provider, args, cases) => {
    test.each(cases)("%s (%#)", (path, bad, allowed) => {
      fc.assert(
        fc.property(args, bad, (given, value) => {
          const { failures = [] } = provider.check({}, { ...given, [path]: value });
          const here = failures.filter(
            ({ property }) =>
              property === path || property.startsWith(`${path}.`) || property.startsWith(`${path}[`),
          );
          expect(here.map(({ reason }) => reason).join("; ")).toMatch(allowed);
        }),
        { numRuns: 25 },
      );
    });
  },
);
