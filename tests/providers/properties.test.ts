import fc from "fast-check";
import { AlertProvider } from "../../providers/alert/provider.js";
import { alertBody, alertKind, existingFrom as existingAlert } from "../../providers/alert/rules.js";
import { AlertDestinationProvider } from "../../providers/alert-destination/provider.js";
import { AlertTemplateProvider } from "../../providers/alert-template/provider.js";
import { canonicalCondition, conditionFrom, serverGroup } from "../../providers/base/condition-form.js";
import { comparison } from "../../providers/base/diff.js";
import type { Provider } from "../../providers/base/provider.js";
import { differingPaths, type Properties } from "../../providers/base/values.js";
import { serverAlertSchema, serverPipelineSchema } from "@o2cqrs/providers/client";
import { DashboardProvider } from "../../providers/dashboard/provider.js";
import {
  dashboardBody,
  dashboardKind,
  existingFrom as existingDashboard,
} from "../../providers/dashboard/rules.js";
import { EnrichmentTableProvider } from "../../providers/enrichment-table/provider.js";
import { FolderProvider } from "../../providers/folder/provider.js";
import { FunctionProvider } from "../../providers/function/provider.js";
import { asStored } from "../../providers/function/rules.js";
import { OrganizationProvider } from "../../providers/organization/provider.js";
import { PipelineProvider } from "../../providers/pipeline/provider.js";
import {
  existingFrom as existingPipeline,
  pipelineBody,
  pipelineKind,
} from "../../providers/pipeline/rules.js";
import { PipelineDestinationProvider } from "../../providers/pipeline-destination/provider.js";
import { SavedViewProvider } from "../../providers/saved-view/provider.js";
import { ServiceAccountProvider } from "../../providers/service-account/provider.js";
import { StreamProvider } from "../../providers/stream/provider.js";
import { UserProvider } from "../../providers/user/provider.js";
import * as arbitrary from "./arbitraries.js";
import { checked } from "./deploy.js";

const kinds: [string, Provider<object, object>, fc.Arbitrary<object>][] = [
  ["Stream", new StreamProvider(), arbitrary.stream],
  ["Function", new FunctionProvider(), arbitrary.vrlFunction],
  ["Pipeline", new PipelineProvider(), arbitrary.pipeline],
  ["AlertTemplate", new AlertTemplateProvider(), arbitrary.alertTemplate],
  ["AlertDestination", new AlertDestinationProvider(), arbitrary.alertDestination],
  ["Alert", new AlertProvider(), arbitrary.alert],
  ["Folder", new FolderProvider(), arbitrary.folder],
  ["Dashboard", new DashboardProvider(), arbitrary.dashboard],
  ["ServiceAccount", new ServiceAccountProvider(), arbitrary.serviceAccount],
  ["User", new UserProvider(), arbitrary.user],
  ["Organization", new OrganizationProvider(), arbitrary.organization],
  ["SavedView", new SavedViewProvider(), arbitrary.savedView],
  ["EnrichmentTable", new EnrichmentTableProvider(), arbitrary.enrichmentTable],
  ["PipelineDestination", new PipelineDestinationProvider(), arbitrary.pipelineDestination],
];

describe.each(kinds)("Whatever the arguments of a %s are", (_, provider, args) => {
  test("valid ones pass check, and what check makes of them it leaves as it is", () => {
    fc.assert(
      fc.property(args, (given) => {
        const inputs = checked(provider, given);
        expect(checked(provider, inputs)).toEqual(inputs);
      }),
    );
  });

  test("a resource does not differ from itself", () => {
    fc.assert(
      fc.property(args, (given) => {
        const inputs = checked(provider, given);
        expect(provider.diff("id", inputs as Properties, inputs)).toMatchObject({
          changes: false,
          diffs: [],
          replaces: [],
        });
      }),
    );
  });

  test("a value of the wrong type anywhere fails in check, at that property", () => {
    fc.assert(
      fc.property(args, fc.nat(), (given, choice) => {
        const inputs = checked(provider, given) as Properties;
        const paths = leaves(inputs).filter(([top]) => !isFreeForm(top));
        const path = paths[choice % paths.length]!;
        const { failures } = provider.check({}, replaced(inputs, path, { wrong: true }));
        const property = path
          .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
          .join("")
          .slice(1);
        expect(failures?.length).toBeGreaterThan(0);
        expect(
          failures?.some(
            (failure) => property.startsWith(failure.property) || failure.property.startsWith(property),
          ),
        ).toBe(true);
      }),
    );
  });

  test("a misspelt property fails in check, by its name", () => {
    fc.assert(
      fc.property(args, (given) => {
        const { failures } = provider.check({}, { ...given, retentoinDays: 1 });
        expect(failures?.map(({ property }) => property)).toContain("retentoinDays");
      }),
      { numRuns: 10 },
    );
  });
});

describe("Whatever the server is sent it can answer, and nothing differs", () => {
  test("for alerts", () => {
    fc.assert(
      fc.property(arbitrary.alert, (given) => {
        const inputs = checked(new AlertProvider(), { ...given, marker: "o2cqrs:p/s/r" });
        const answered = serverAlertSchema.parse({ id: "1", ...alertBody(inputs) });
        const { inputs: read, marker } = existingAlert(answered, inputs.folder, inputs);
        expect(differingPaths(comparison(alertKind, read), comparison(alertKind, inputs))).toEqual([]);
        expect(marker).toBe("o2cqrs:p/s/r");
      }),
    );
  });

  test("for pipelines", () => {
    fc.assert(
      fc.property(arbitrary.pipeline, (given) => {
        const inputs = checked(new PipelineProvider(), { ...given, marker: "o2cqrs:p/s/r" });
        const answered = serverPipelineSchema.parse({
          pipeline_id: "1",
          version: 0,
          ...pipelineBody(inputs, "default"),
        });
        const { inputs: read, marker } = existingPipeline(answered, { ...inputs, nodes: {}, outputs: {} });
        expect(differingPaths(comparison(pipelineKind, read), comparison(pipelineKind, inputs))).toEqual([]);
        expect(marker).toBe("o2cqrs:p/s/r");
      }),
    );
  });

  test("for dashboards", () => {
    fc.assert(
      fc.property(arbitrary.dashboard, (given) => {
        const inputs = checked(new DashboardProvider(), { ...given, marker: "o2cqrs:p/s/r" });
        const content = JSON.parse(JSON.stringify({ ...dashboardBody(inputs), dashboardId: "1" })) as never;
        const answered = { id: "1", schemaVersion: 8, hash: "1", folder: undefined, content };
        const { inputs: read, marker } = existingDashboard(answered, inputs.folder);
        expect(differingPaths(comparison(dashboardKind, read), comparison(dashboardKind, inputs))).toEqual(
          [],
        );
        expect(marker).toBe("o2cqrs:p/s/r");
      }),
    );
  });

  test("for conditions", () => {
    fc.assert(
      fc.property(arbitrary.condition, (given) => {
        const canonical = canonicalCondition(given);
        expect(conditionFrom({ version: 2, conditions: serverGroup(given) })).toEqual(canonical);
        expect(canonicalCondition(canonical)).toEqual(canonical);
      }),
    );
  });

  test("for programs, which it completes once", () => {
    fc.assert(
      fc.property(
        fc.string().filter((vrl) => vrl.trim() !== ""),
        (vrl) => {
          expect(asStored(asStored(vrl))).toBe(asStored(vrl));
        },
      ),
    );
  });
});

type Path = (string | number)[];

/** What a saved view holds is any object. */
const isFreeForm = (top: string | number | undefined): boolean => top === "data";

function leaves(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}
