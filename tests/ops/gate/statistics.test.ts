import { permutationTest } from "simple-statistics";
import { binomialTest, fisherExact, mannWhitney } from "../../../ops/gate/statistics.js";
import { randomFrom } from "./random.js";

describe("Fisher's exact test", () => {
  test("agrees with the lady who tasted tea", () => {
    expect(fisherExact({ part: 3, whole: 4 }, { part: 1, whole: 4 })).toBeCloseTo(17 / 70, 8);
    expect(fisherExact({ part: 4, whole: 4 }, { part: 0, whole: 4 })).toBeCloseTo(1 / 70, 8);
  });

  test("finds nothing where there is nothing", () => {
    expect(fisherExact({ part: 0, whole: 50 }, { part: 9, whole: 500 })).toBeCloseTo(1, 8);
    expect(fisherExact({ part: 0, whole: 0 }, { part: 3, whole: 10 })).toBe(1);
  });

  test("works on as many operations as a busy service does in half an hour", () => {
    expect(fisherExact({ part: 200, whole: 10_000 }, { part: 2000, whole: 1_000_000 })).toBeLessThan(1e-20);
    const same = fisherExact({ part: 100, whole: 10_000 }, { part: 10_000, whole: 1_000_000 });
    expect(same).toBeGreaterThan(0.4);
    expect(same).toBeLessThan(0.6);
  });
});

describe("the binomial test", () => {
  test("sums the tail of the distribution", () => {
    expect(binomialTest({ part: 7, whole: 10 }, 0.5)).toBeCloseTo(176 / 1024, 8);
    expect(binomialTest({ part: 1, whole: 100 }, 0.01)).toBeCloseTo(1 - 0.99 ** 100, 8);
  });

  test("is certain of what must be", () => {
    expect(binomialTest({ part: 0, whole: 10 }, 0.01)).toBe(1);
    expect(binomialTest({ part: 0, whole: 0 }, 0.01)).toBe(1);
  });
});

describe("the Mann-Whitney test", () => {
  test("agrees with a permutation test of the ranks", () => {
    const random = randomFrom(7);
    const reference = Array.from({ length: 40 }, () => Math.round(random() * 100));
    const candidate = Array.from({ length: 30 }, () => Math.round(random() * 100 + 12));
    const ranks = (values: number[], all: number[]) =>
      values.map((value) => {
        const below = all.filter((each) => each < value).length;
        const equal = all.filter((each) => each === value).length;
        return below + (equal + 1) / 2;
      });
    const all = [...candidate, ...reference];
    const permuted = permutationTest(ranks(candidate, all), ranks(reference, all), "greater", 5000, random);
    expect(Math.abs(mannWhitney(candidate, reference) - permuted)).toBeLessThan(0.015);
  });

  test("is one-sided: a faster candidate is never suspicious", () => {
    const slow = Array.from({ length: 50 }, (_, index) => 100 + index);
    const fast = Array.from({ length: 50 }, (_, index) => 10 + index);
    expect(mannWhitney(slow, fast)).toBeLessThan(1e-6);
    expect(mannWhitney(fast, slow)).toBeGreaterThan(0.999);
  });

  test("finds nothing in samples that are all alike", () => {
    expect(mannWhitney([5, 5, 5], [5, 5, 5, 5])).toBe(1);
  });

  test("calls one fair comparison in a hundred suspicious at 1%, not more", () => {
    const random = randomFrom(5);
    const draw = (length: number) => Array.from({ length }, () => -Math.log(1 - random()) * 100);
    const trials = 2000;
    const suspicious = Array.from({ length: trials }, () => mannWhitney(draw(60), draw(200))).filter(
      (p) => p < 0.01,
    ).length;
    expect(suspicious).toBeGreaterThan(0);
    expect(suspicious / trials).toBeLessThan(0.02);
  });
});
