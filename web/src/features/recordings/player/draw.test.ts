// @vitest-environment node
import { expect, it } from "vitest";
import { axisStep, barHeights } from "./draw";

it("gives each bar the highest swing under it", () => {
  expect(barHeights([[-0.5, 0.1], [-0.1, 0.2], [0, 0.9], [-1.4, 0]], 2)).toEqual([0.5, 1]);
  expect(barHeights([[-0.5, 0.5]], 3)).toEqual([0.5, 0.5, 0.5]);
  expect(barHeights([], 2)).toEqual([0, 0]);
});

it("spaces the marks of the axis", () => {
  expect(axisStep(55, 8)).toBe(10);
  expect(axisStep(806, 8)).toBe(120);
  expect(axisStep(86_400, 8)).toBe(7200);
});
