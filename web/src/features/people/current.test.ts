// @vitest-environment node
import { expect, it } from "vitest";
import { standing } from "./current";

it("tells appointments that hold from those to come and those over", () => {
  const now = Date.parse("2026-11-21T00:00:00Z");
  expect(standing({ from: "2026-04-01T00:00:00Z" }, now)).toBe("now");
  expect(standing({ from: "2026-12-01T00:00:00Z" }, now)).toBe("coming");
  expect(standing({ from: "2026-04-01T00:00:00Z", until: "2026-11-21T00:00:00Z" }, now)).toBe("over");
});
