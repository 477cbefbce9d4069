import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference, inputsIn } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { awaitShown } from "../base/shown.js";
import { type Existing, preferOwn, takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { type AlertInputs, alertSchema } from "./args.js";
import { alertBody, alertKind, existingFrom } from "./rules.js";

type AlertState = AlertInputs & { readonly alertId: string };

/** Alerts, which the server gives ids; names are not unique, so an own one is found by its marker. */
export class AlertProvider extends Provider<AlertInputs, AlertState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(alertSchema, news);
  }

  diff(_id: string, olds: Properties, news: AlertInputs): Difference {
    return difference(alertKind, olds, news);
  }

  protected async make(inputs: AlertInputs): Promise<dynamic.CreateResult<AlertState>> {
    const existing = await this.#find(inputs);
    if (existing === undefined) {
      const id = await this.server.alerts.create(alertBody(inputs), inputs.folder);
      return { id, outs: stateOf(inputs, { alertId: id }) };
    }
    const { id } = existing;
    if (takeOver(alertKind, `${inputs.folder}/${inputs.name}`, inputs, existing))
      await this.#replaceAll(id, inputs);
    return { id, outs: stateOf(inputs, { alertId: id }) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const known = inputsIn(alertKind, state);
    const alert = await this.#read(id, known);
    return alert === undefined ? {} : refreshed(alertKind, id, state, alert.inputs);
  }

  async update(id: string, olds: AlertState, news: AlertInputs): Promise<dynamic.UpdateResult<AlertState>> {
    if (olds.folder !== news.folder) await this.server.alerts.move(id, news.folder);
    await this.#replaceAll(id, news);
    return { outs: stateOf(news, { alertId: id }) };
  }

  async delete(id: string): Promise<void> {
    await this.server.alerts.delete(id);
  }

  /** The alert of this folder and name, if there is one: rather this resource's own than another. */
  async #find(inputs: AlertInputs): Promise<(Existing<AlertInputs> & { id: string }) | undefined> {
    const items = await this.server.alerts.list({ folder: inputs.folder, nameContains: inputs.name });
    const named = items.filter((item) => item.name === inputs.name && item.folder_id === inputs.folder);
    const alerts = await Promise.all(
      named.map(async ({ alert_id: id }) => {
        const alert = await this.server.alerts.get(id);
        return alert === undefined ? [] : [{ id, ...existingFrom(alert, inputs.folder, inputs) }];
      }),
    );
    return preferOwn(alerts.flat(), inputs.marker);
  }

  async #read(id: string, known: AlertInputs): Promise<Existing<AlertInputs> | undefined> {
    const alert = await this.server.alerts.get(id);
    if (alert === undefined) return undefined;
    const items = await this.server.alerts.list({ nameContains: alert.name });
    const folder = items.find((item) => item.alert_id === id)?.folder_id;
    return existingFrom(alert, folder ?? known.folder, known);
  }

  /** Writes the whole alert and waits until reads show it. */
  async #replaceAll(id: string, inputs: AlertInputs): Promise<void> {
    await this.server.alerts.update(id, alertBody(inputs));
    await awaitShown(alertKind, inputs.name, inputs, async () => {
      const alert = await this.server.alerts.get(id);
      return alert && existingFrom(alert, inputs.folder, inputs).inputs;
    });
  }
}

export const provider = new AlertProvider();
