import { HitRatio } from "../../../runtime/metrics/hit-ratio.js";

let minute: number;
let ratio: HitRatio;

beforeEach(() => {
  minute = 1000;
  ratio = new HitRatio(5, () => minute * 60_000);
});

/** A query in each of some minutes. */
function eachMinute(minutes: number, hit: boolean): void {
  for (let n = 0; n < minutes; n++, minute++) ratio.add("GetOrder", hit);
  minute--;
}

test("counts the last minutes only", () => {
  eachMinute(3, false);
  minute++;
  eachMinute(2, true);
  expect([...ratio.ratios()]).toEqual([{ type: "GetOrder", ratio: 0.4 }]);
  minute += 3;
  expect([...ratio.ratios()]).toEqual([{ type: "GetOrder", ratio: 1 }]);
  minute += 5;
  expect([...ratio.ratios()]).toEqual([]);
});

test("forgets what came before when the clock was set back, and keeps few minutes where no one reads", () => {
  eachMinute(100, false);
  minute -= 90;
  eachMinute(5, true);
  expect([...ratio.ratios()]).toEqual([{ type: "GetOrder", ratio: 1 }]);
});
