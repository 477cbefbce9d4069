import type { Output } from "@pulumi/pulumi";
import type { AlertInputs } from "../alert/args.js";
import { existingFrom as alertFrom } from "../alert/rules.js";
import type { AlertTemplateInputs } from "../alert-template/args.js";
import { existingFrom as templateFrom } from "../alert-template/rules.js";
import type { Inputs } from "../base/inputs.js";
import { ask, asOutput, type Described, described, found, onlyOne } from "./lookup.js";

export interface GetAlertTemplateArgs {
  /** The server's own `prebuilt_*` are found too. */
  name: string;
}

/** A template: type, body and, of an e-mail, title. */
export type AlertTemplateResult = Described<AlertTemplateInputs>;

/**
 * A template of alert messages that is there already.
 *
 * @throws LookupError when there is none of that name
 */
export function getAlertTemplate({ name }: GetAlertTemplateArgs): Promise<AlertTemplateResult> {
  return ask(async ({ alertTemplates }) =>
    described(templateFrom(found(`alert template ${name}`, await alertTemplates.get(name))).inputs),
  );
}

/** {@link getAlertTemplate} for arguments that are outputs. */
export function getAlertTemplateOutput(args: Inputs<GetAlertTemplateArgs>): Output<AlertTemplateResult> {
  return asOutput(getAlertTemplate, args);
}

export interface GetAlertDestinationArgs {
  name: string;
}

/** A destination, without its address and headers, which are secrets. */
export interface AlertDestinationResult {
  readonly name: string;
  readonly type: "http" | "email" | "sns";
  readonly template: string;
}

/**
 * A destination of alerts that is there already.
 *
 * @throws LookupError when there is none of that name
 */
export function getAlertDestination({ name }: GetAlertDestinationArgs): Promise<AlertDestinationResult> {
  return ask(async ({ alertDestinations }) => {
    const named = (await alertDestinations.list()).find((destination) => destination.name === name);
    const { type, template } = found(`alert destination ${name}`, named);
    return { name, type, template: template ?? "" };
  });
}

/** {@link getAlertDestination} for arguments that are outputs. */
export function getAlertDestinationOutput(
  args: Inputs<GetAlertDestinationArgs>,
): Output<AlertDestinationResult> {
  return asOutput(getAlertDestination, args);
}

export interface GetAlertByNameArgs {
  name: string;
  /** Id of its folder. Default: any. */
  folder?: string;
}

/** An alert and its id. */
export type AlertResult = Described<AlertInputs> & { readonly alertId: string };

/**
 * An alert that is there already.
 *
 * @throws LookupError when there is none of that name, or several
 */
export function getAlertByName({ name, folder }: GetAlertByNameArgs): Promise<AlertResult> {
  const what = `alert ${name}${folder === undefined ? "" : ` in folder ${folder}`}`;
  return ask(async ({ alerts }) => {
    const items = await alerts.list({ nameContains: name, ...(folder !== undefined && { folder }) });
    const named = items.filter((item) => item.name === name);
    const { alert_id: alertId, folder_id } = onlyOne(what, named, (item) => item.alert_id);
    const alert = found(what, await alerts.get(alertId));
    return { ...described(alertFrom(alert, folder_id, { owner: "" }).inputs), alertId };
  });
}

/** {@link getAlertByName} for arguments that are outputs. */
export function getAlertByNameOutput(args: Inputs<GetAlertByNameArgs>): Output<AlertResult> {
  return asOutput(getAlertByName, args);
}
