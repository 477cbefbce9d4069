import { z } from "zod";
import { differingPaths, type Properties, withoutUndefined } from "../base/values.js";
import { essence } from "./panel-form.js";
import { type DashboardVariableInputs, dashboardVariableSchema } from "./variable.js";

/** Variables as schema 8 writes them. */

export function variableBody(variable: DashboardVariableInputs): Properties {
  return {
    type: variable.kind,
    name: variable.name,
    label: variable.label ?? variable.name,
    query_data:
      variable.kind === "query_values"
        ? {
            stream_type: variable.streamType,
            stream: variable.stream,
            field: variable.column,
            max_record_size: variable.maxValues ?? null,
            filter: variable.filter.map(({ column, operator, value }) => ({ name: column, operator, value })),
          }
        : null,
    value: variable.kind === "constant" || variable.kind === "textbox" ? variable.value : "",
    options: variable.kind === "custom" ? variable.options : [],
    multiSelect: variable.multiSelect,
    hideOnDashboard: variable.hidden,
  };
}

/** As with panels: the rest that the arguments cannot express. */
export type ReadVariable = DashboardVariableInputs & { readonly unmodelled?: unknown };

const serverVariableSchema = z.looseObject({
  type: z.string(),
  name: z.string(),
  label: z.string().nullish(),
  query_data: z
    .looseObject({
      stream_type: z.string(),
      stream: z.string(),
      field: z.string(),
      max_record_size: z.number().nullish(),
      filter: z
        .array(
          z.looseObject({ name: z.string().nullish(), operator: z.string().nullish(), value: z.string() }),
        )
        .nullish(),
    })
    .nullish(),
  value: z.string().nullish(),
  options: z.array(z.unknown()).nullish(),
  multiSelect: z.boolean().nullish(),
  hideOnDashboard: z.boolean().nullish(),
});

/** A variable as the server has it, in terms of arguments. */
export function variableFrom(answer: unknown): ReadVariable | undefined {
  const parsed = serverVariableSchema.safeParse(answer);
  if (!parsed.success) return undefined;
  const rough = withoutUndefined(roughly(parsed.data));
  const read = dashboardVariableSchema.safeParse(rough);
  const variable = read.success ? read.data : (rough as unknown as DashboardVariableInputs);
  const differs =
    !read.success || differingPaths(falseless(answer), falseless(variableBody(variable))).length > 0;
  return differs ? { ...variable, unmodelled: essence(answer) } : variable;
}

/** In variables false says as much as nothing. */
function falseless(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(essence(value), (_, member: unknown) => (member === false ? undefined : member)),
  );
}

function roughly(variable: z.output<typeof serverVariableSchema>): Properties {
  const { name, query_data: query } = variable;
  return {
    kind: variable.type,
    name,
    label: variable.label === name || variable.label === "" ? undefined : (variable.label ?? undefined),
    multiSelect: variable.multiSelect ?? false,
    hidden: variable.hideOnDashboard ?? false,
    ...(variable.type === "query_values" && {
      stream: query?.stream ?? "",
      streamType: query?.stream_type,
      column: query?.field ?? "",
      maxValues: query?.max_record_size ?? undefined,
      filter: (query?.filter ?? []).map(({ name: column, operator, value }) => ({ column, operator, value })),
    }),
    ...((variable.type === "constant" || variable.type === "textbox") && { value: variable.value ?? "" }),
    ...(variable.type === "custom" && { options: variable.options ?? [] }),
  };
}
