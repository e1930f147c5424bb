// @vitest-environment node
import { expect, it } from "vitest";
import { markLine } from "./toml";

it.each(["", "# 注", "[[line]]", '  key = "a # b" # c', "n = 12", 'a = { ja = "市", en = "C" }', "broken ]"])("keeps every character of %j", (line) => {
  expect(
    markLine(line)
      .map((piece) => piece.text)
      .join(""),
  ).toBe(line);
});

it("tells strings from comments", () => {
  expect(markLine('key = "a # b" # c').map((piece) => piece.mark)).toEqual(["key", "plain", "plain", "string", "plain", "comment"]);
  expect(markLine("[retention]")[0]?.mark).toBe("table");
});
