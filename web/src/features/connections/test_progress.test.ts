// @vitest-environment node
import { expect, it } from "vitest";
import type { ConnectionObservation, ConnectionTest } from "../../api/types";
import { detailsOf, lastSeen, sourceToAllow, tellingOf } from "./test_progress";

const seen = (id: string, event: string, step: string, good: boolean | undefined, more: Partial<ConnectionObservation> = {}): ConnectionObservation => ({ id, at: "2026-11-29T05:00:00Z", event, step, ...(good === undefined ? {} : { good }), detail: {}, ...more });

const test: ConnectionTest = {
  running: true,
  steps: [
    { step: "reached", state: "good" },
    { step: "sound", state: "problem" },
    { step: "sealed", state: "waiting" },
  ],
  observations: [
    seen("1", "source_not_allowed", "reached", false, { source: "198.51.100.7" }),
    seen("2", "reached", "reached", true),
    seen("3", "no_sound", "sound", false, { detail: { stream: 1 } }),
    seen("4", "sound_heard", "sound", true, { detail: { stream: 0 } }),
  ],
};

it("tells of each step what its state rests on", () => {
  expect(tellingOf(test, "reached")?.id).toBe("2");
  expect(tellingOf(test, "sound")?.id).toBe("3");
  expect(tellingOf(test, "sealed")).toBeUndefined();
  expect(lastSeen(test)).toBe("4");
  expect(lastSeen(undefined)).toBeUndefined();
});

it("offers to allow only a source that named this connection", () => {
  expect(test.observations.map(sourceToAllow)).toEqual(["198.51.100.7", undefined, undefined, undefined]);
});

it("shows technical words as people count", () => {
  expect(detailsOf(seen("5", "no_codec", "media_agreed", false, { source: "192.0.2.7", status_code: 488, detail: { offered: ["G729", "G723"], stream: 0, why: "" } }))).toEqual([
    { name: "source", value: "192.0.2.7" },
    { name: "offered", value: "G729, G723" },
    { name: "stream", value: "1" },
    { name: "status", value: "488" },
  ]);
});
