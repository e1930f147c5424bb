// @vitest-environment node
import { describe, expect, it } from "vitest";
import { addHeard, HeardTracker, totalSeconds } from "./heard";

describe("what was heard", () => {
  it("grows, joins and stays in order", () => {
    let ranges = addHeard([], 10, 20);
    ranges = addHeard(ranges, 0, 5);
    ranges = addHeard(ranges, 4, 10.02);
    expect(ranges).toEqual([[0, 20]]);
    expect(totalSeconds(addHeard(ranges, 30, 31))).toBe(21);
    expect(addHeard([], 3, 3)).toEqual([]);
  });

  it("follows playing and leaves out what was skipped", () => {
    const tracker = new HeardTracker();
    for (const at of [0, 0.25, 0.5, 0.75, 1]) tracker.playing(at);
    tracker.stopped(1.1);
    tracker.playing(60);
    tracker.playing(60.5);
    tracker.jumped();
    tracker.playing(10);
    tracker.playing(10.2);
    expect(tracker.heard()).toEqual([
      [0, 1.1],
      [10, 10.2],
      [60, 60.5],
    ]);
  });

  it("does not take a jump for listening", () => {
    const tracker = new HeardTracker();
    tracker.playing(5);
    tracker.playing(50);
    expect(tracker.heard()).toEqual([]);
  });
});
