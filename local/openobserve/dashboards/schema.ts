import {
  anything,
  array,
  type Decoder,
  DecodeError,
  type Fields,
  fromValue,
  i32,
  object,
  string,
  withDefault,
} from "../serde/decoder.js";
import type { VersionBehaviour } from "../versions.js";
import {
  currentQuery,
  defaultDuration,
  groupQuery,
  layout,
  listQuery,
  newerPanelConfig,
  orNull,
  panelConfig,
  plainVariables,
  some,
  variables,
} from "./parts.js";

/** A dashboard as it is kept: the keys that its version of the schema has, and `version`. */
export interface DashboardContent {
  readonly version: number;
  readonly dashboardId: string;
  readonly title: string;
  readonly description: string;
  readonly role: string;
  readonly owner: string;
  /** RFC 3339. */
  readonly created: string | undefined;
  readonly [key: string]: unknown;
}

export const currentVersion = 8;

const text = withDefault(string, () => "");

const common = {
  dashboardId: text,
  title: text,
  description: text,
  role: text,
  owner: text,
  created: some(string),
};

const panel = (query: Decoder<unknown>, config: Fields, place: Decoder<unknown>): Decoder<unknown> =>
  object({
    id: string,
    type: string,
    title: string,
    description: string,
    config: object(config),
    queryType: text,
    queries: array(query),
    layout: place,
    htmlContent: some(string),
    markdownContent: some(string),
    customChartContent: some(string),
  });

const tabs = (panels: Decoder<unknown>): Decoder<unknown> =>
  withDefault<unknown>(
    array(object({ tabId: string, name: string, panels: withDefault(array(panels), () => []) })),
    () => [],
  );

const tabbed = (panels: Decoder<unknown>): Fields => ({
  ...common,
  tabs: tabs(panels),
  variables: some(variables),
  defaultDatetimeDuration: some(defaultDuration),
});

/** The fields of each schema version. */
function schemas({ dashboards }: VersionBehaviour): Readonly<Record<number, Fields>> {
  const place = dashboards.layoutRequired ? layout : some(layout);
  const config = dashboards.newerPanelConfig ? { ...panelConfig, ...newerPanelConfig } : panelConfig;
  const loosePanels = withDefault<unknown>(array(anything), () => []);
  const listPanel = panel(listQuery, panelConfig, layout);
  const groupPanel = panel(groupQuery, panelConfig, layout);
  return {
    1: { ...common, panels: loosePanels, layouts: some(array(layout)), variables: orNull(plainVariables) },
    2: { ...common, panels: loosePanels, variables: some(variables) },
    3: tabbed(listPanel),
    4: tabbed(listPanel),
    5: tabbed(groupPanel),
    6: tabbed(groupPanel),
    7: tabbed(groupPanel),
    8: tabbed(panel(currentQuery, config, place)),
  };
}

/** Reads a dashboard of any version; a missing version is the current one. */
export function dashboardRequest(behaviour: VersionBehaviour): Decoder<DashboardContent> {
  const known = schemas(behaviour);
  const versioned = fromValue<DashboardContent>({
    decode(node, path, mode) {
      const { version } = object({ version: withDefault(i32, () => currentVersion) }).decode(
        node,
        path,
        mode,
      );
      const fields = known[version];
      if (!fields) throw new DecodeError(`unsupported version: ${version}`, path, undefined);
      return { version, ...object(fields).decode(node, path, mode) } as unknown as DashboardContent;
    },
  });
  return {
    decode(node, path, mode) {
      object({}).decode(node, path, mode);
      return versioned.decode(node, path, mode);
    },
  };
}
