// @vitest-environment node
import { describe, expect, it } from "vitest";
import { addDays, civil, clock, daysBetween, dayStart, duration, eraYear, lastDayBefore, longDay, longTime, shortDay, spokenDuration } from "./civil_time";

describe("civil time of Japan", () => {
  // req: P-5
  it("shows both calendars", () => {
    expect(longDay("2026-11-21T03:00:00Z", "ja")).toBe("令和8年(2026年)11月21日(土)");
    expect(longDay("2026-11-21", "en")).toBe("Sat 21 Nov 2026 (Reiwa 8)");
    expect(longTime("2026-11-21T03:04:05Z", "ja", true)).toBe("令和8年(2026年)11月21日(土) 12:04:05");
    expect(shortDay("2026-11-21", "ja")).toBe("11月21日(土)");
  });

  it("begins an era with its first day, called 元年", () => {
    expect(eraYear("2019-05-01", "ja")).toBe("令和元年");
    expect(eraYear("2019-04-30", "ja")).toBe("平成31年");
    expect(eraYear("1989-01-08", "ja")).toBe("平成元年");
    expect(eraYear("1989-01-07", "ja")).toBe("昭和64年");
    expect(eraYear("1926-12-25", "ja")).toBe("昭和元年");
    expect(eraYear("1800-01-01", "ja")).toBe("");
  });

  it("turns the day at 15:00 UTC", () => {
    expect(civil("2026-11-20T14:59:59Z").day).toBe("2026-11-20");
    expect(civil("2026-11-20T15:00:00Z").day).toBe("2026-11-21");
    expect(clock("2026-11-20T15:00:00Z")).toBe("00:00");
    expect(dayStart("2026-11-21")).toBe("2026-11-20T15:00:00.000Z");
  });

  it("names the last kept day, not the instant after it", () => {
    expect(lastDayBefore("2026-12-21T15:00:00Z")).toBe("2026-12-21");
    expect(daysBetween(Date.parse("2026-11-21T14:59:00Z"), "2026-12-21")).toBe(30);
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  });

  it("writes and speaks lengths", () => {
    expect(duration(65.4)).toBe("1:05");
    expect(duration(3725)).toBe("1:02:05");
    expect(spokenDuration(3605, "ja")).toBe("1時間5秒");
    expect(spokenDuration(0, "en")).toBe("0 s");
  });
});
