// @vitest-environment node
import { expect, it } from "vitest";
import { idleStep } from "./idle";

// req: KB-6
it("warns in the last minute and asks the server when time is up", () => {
  expect(idleStep(13 * 60_000, 15)).toEqual({ kind: "rest" });
  expect(idleStep(14 * 60_000, 15)).toEqual({ kind: "warn", secondsLeft: 60 });
  expect(idleStep(14 * 60_000 + 59_500, 15)).toEqual({ kind: "warn", secondsLeft: 1 });
  expect(idleStep(15 * 60_000, 15)).toEqual({ kind: "ask" });
  expect(idleStep(40_000, 1)).toEqual({ kind: "warn", secondsLeft: 20 });
});
