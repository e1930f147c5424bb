// @vitest-environment node
import { expect, it } from "vitest";
import { telephone } from "./telephone";

it.each([
  ["09000001234", "090-0000-1234"],
  ["0600001234", "06-0000-1234"],
  ["0780001234", "078-000-1234"],
  ["0125001234", "0125-00-1234"],
  ["0586001234", "0586-00-1234"],
  ["0120000123", "0120-000-123"],
  ["4021", "4021"],
  ["+8190", "+8190"],
])("writes %s as %s", (digits, written) => {
  expect(telephone(digits)).toBe(written);
});
