import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "../../app/router";
import { callQuery, days, period, readCallSearch } from "./call_search";

const NOW = Date.parse("2026-11-21T01:00:00Z"); // 10:00 in Japan

describe("a search in the address", () => {
  // req: P-5
  it("comes back as it was written", () => {
    const search = readCallSearch({ range: "custom", from: "2026-11-01", to: "2026-11-20T17:15", number: "0125001234", match: "suffix", q: "総務 課", department: "tax", direction: "inbound", line: "main", held: "yes", min: "60", max: "600" });
    expect(readCallSearch(parseSearch(stringifySearch({ ...search })))).toEqual(search);
    expect(stringifySearch({ number: "0125001234" })).toBe("?number=0125001234");
  });

  it("leaves out what it does not understand", () => {
    expect(readCallSearch({ range: "ever", from: "2026-11-01", direction: "up", min: "-3", max: "x", number: "---", q: "  ", match: "suffix", other: "1" })).toEqual({});
  });

  it("reads numbers as people type them", () => {
    expect(readCallSearch({ number: "０１２５-００-1234" }).number).toBe("0125001234");
  });

  it("asks the API for whole numbers or last digits", () => {
    expect(callQuery({ number: "09000001234" }, NOW)).toEqual({ number: "09000001234" });
    expect(callQuery({ number: "1234", match: "suffix" }, NOW)).toEqual({ number_suffix: "1234" });
    expect(callQuery({ min: "60", max: "90" }, NOW)).toEqual({ min_seconds: 60, max_seconds: 90 });
    expect(callQuery({ held: "yes" }, NOW)).toEqual({ held: true });
    expect(readCallSearch({ held: "no" })).toEqual({});
  });
});

describe("its period", () => {
  it("counts civil days of Japan", () => {
    expect(period({ range: "today" }, NOW)).toEqual({ from: "2026-11-20T15:00:00.000Z" });
    expect(period({ range: "yesterday" }, NOW)).toEqual({ from: "2026-11-19T15:00:00.000Z", to: "2026-11-20T15:00:00.000Z" });
    expect(period({ range: "7d" }, NOW)).toEqual({ from: "2026-11-14T15:00:00.000Z" });
    expect(period({}, NOW)).toEqual({});
  });

  it("gives whole days to what is counted by the day", () => {
    expect(days({ range: "yesterday" }, NOW)).toEqual({ from: "2026-11-20", to: "2026-11-20" });
    expect(days({ range: "custom", from: "2026-11-01", to: "2026-11-02T09:30" }, NOW)).toEqual({ from: "2026-11-01", to: "2026-11-02" });
    expect(days({}, NOW)).toEqual({});
  });

  it("takes the last day whole, a time to the minute", () => {
    expect(period({ range: "custom", from: "2026-11-01", to: "2026-11-02" }, NOW)).toEqual({ from: "2026-10-31T15:00:00.000Z", to: "2026-11-02T15:00:00.000Z" });
    expect(period({ range: "custom", to: "2026-11-02T09:30" }, NOW)).toEqual({ to: "2026-11-02T00:30:00.000Z" });
  });
});
