import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { answers, askedOf } from "../../../testing/answers";
import { renderPiece } from "../../../testing/render";
import { recording, sampleMe, use, waveform } from "../../../testing/samples";
import { Player } from "./Player";

/** happy-dom plays nothing: this stands in for the browser's audio element. */
beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, "load").mockImplementation(() => undefined);
  vi.spyOn(HTMLMediaElement.prototype, "play").mockImplementation(function (this: HTMLMediaElement) {
    Object.defineProperty(this, "paused", { value: false, configurable: true });
    this.dispatchEvent(new Event("playing"));
    return Promise.resolve();
  });
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockImplementation(function (this: HTMLMediaElement) {
    if (this.paused) return;
    Object.defineProperty(this, "paused", { value: true, configurable: true });
    this.dispatchEvent(new Event("pause"));
  });
  answers({
    "GET /v1/recordings/r1/waveform": waveform,
    "POST /v1/recordings/r1/uses": () => ({ status: 201, body: use }),
    "POST /v1/recordings/r1/uses/u1/heard": () => ({ status: 204 }),
  });
});

const audio = (): HTMLAudioElement => {
  const element = document.querySelector("audio");
  if (element === null) throw new Error("no audio element");
  return element;
};
const slider = () => screen.getByRole("slider", { name: "再生位置" });

async function granted() {
  const view = renderPiece(<Player recording={recording} />, { me: sampleMe() });
  await view.user.click(screen.getByRole("button", { name: "目的を選んで再生" }));
  await view.user.click(screen.getByRole("radio", { name: /応対品質/ }));
  await view.user.click(screen.getByRole("button", { name: "記録して聴取する" }));
  await screen.findByRole("button", { name: "一時停止" });
  return view;
}

describe("the player", () => {
  // req: T-1
  it("has no sound before a purpose is stated", () => {
    renderPiece(<Player recording={recording} />, { me: sampleMe() });
    expect(audio().getAttribute("src")).toBeNull();
    expect((screen.getByRole("button", { name: "再生" }) as HTMLButtonElement).disabled).toBe(true);
    expect(slider().getAttribute("aria-disabled")).toBe("true");
  });

  it("plays the granted use, names its article, and gives the keyboard to the play button", async () => {
    await granted();
    expect(audio().getAttribute("src")).toBe(use.audio_url);
    expect(screen.getByText("第3条第2項")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "一時停止" }));
  });

  it("says in plain words that audio without a decoder is kept and cannot be heard", () => {
    const segments = recording.segments.map((segment) => ({ ...segment, codec: "g729" }));
    renderPiece(<Player recording={{ ...recording, segments }} />, { me: sampleMe() });
    expect(screen.getByText("音声は保存されていますが、この画面では聴けません")).toBeTruthy();
    expect(screen.getByText(/G729方式で届きました/)).toBeTruthy();
    expect(document.querySelector("audio")).toBeNull();
  });

  // req: I-2c
  it("shows a film's pictures once a purpose is stated", async () => {
    const segments = recording.segments.map((segment) => ({ ...segment, codec: "opus", video_codec: "vp8" }));
    const view = renderPiece(<Player recording={{ ...recording, segments }} />, { me: sampleMe() });
    expect(document.querySelector("video")).toBeNull();
    await view.user.click(screen.getByRole("button", { name: "目的を選んで再生" }));
    await view.user.click(screen.getByRole("radio", { name: /応対品質/ }));
    await view.user.click(screen.getByRole("button", { name: "記録して聴取する" }));
    const film = await screen.findByLabelText("0:00から2:00まで");
    expect(film.getAttribute("src")).toBe("/v1/recordings/r1/uses/u1/files/0");
  });

  // req: P-5
  it("is worked by keyboard alone", async () => {
    const { user } = await granted();
    slider().focus();
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(audio().currentTime).toBe(10);
    await user.keyboard("{PageUp}");
    expect(audio().currentTime).toBe(20);
    await user.keyboard("{Shift>}{ArrowLeft}{/Shift}");
    expect(audio().currentTime).toBe(19);
    await user.keyboard("j");
    expect(audio().currentTime).toBe(9);
    await user.keyboard("{End}");
    expect(audio().currentTime).toBe(120);
    await user.keyboard("{Home}");
    expect(audio().currentTime).toBe(0);
    await user.keyboard("l");
    expect(audio().currentTime).toBe(10);
    expect(slider().getAttribute("aria-valuetext")).toContain("10秒");
    await user.keyboard("k");
    expect(await screen.findByRole("button", { name: "再生" })).toBeTruthy();
    await user.keyboard("1");
    expect(screen.getByRole("button", { name: "発信者の音を消す" }).getAttribute("aria-pressed")).toBe("true");
    await user.keyboard(">");
    expect(audio().playbackRate).toBe(1.25);
    await user.keyboard("?");
    expect(screen.getByRole("dialog", { name: "キーボード操作" })).toBeTruthy();
  });

  it("skips and changes speed by its buttons", async () => {
    const { user } = await granted();
    await user.click(screen.getByRole("button", { name: "10秒進む" }));
    await user.click(screen.getByRole("button", { name: "5秒戻る" }));
    expect(audio().currentTime).toBe(5);
    await user.selectOptions(screen.getByRole("combobox", { name: "速度" }), "2");
    expect(audio().playbackRate).toBe(2);
  });

  // req: T-1
  it("tells the server what was heard on pause, and closes on leaving", async () => {
    const { unmount } = await granted();
    const element = audio();
    act(() => {
      for (const at of [0, 0.5, 1, 1.5]) {
        element.currentTime = at;
        fireEvent.timeUpdate(element);
      }
      element.pause();
    });
    await waitFor(() => expect(askedOf("POST /v1/recordings/r1/uses/u1/heard")).toHaveLength(1));
    expect(askedOf("POST /v1/recordings/r1/uses/u1/heard")[0]?.body).toEqual({ ranges: [[0, 1.5]], ended: false });
    unmount();
    await waitFor(() => expect(askedOf("POST /v1/recordings/r1/uses/u1/heard")).toHaveLength(2));
    const last = askedOf("POST /v1/recordings/r1/uses/u1/heard")[1];
    expect(last?.body).toEqual({ ranges: [[0, 1.5]], ended: true });
    expect(last?.headers.get("X-CSRF-Token")).toBe("token-1");
  });

  it("shows why a recording may not be heard, with the article", () => {
    renderPiece(<Player recording={{ ...recording, playable: false, play_refusal: { allowed: false, rule: "x", article: "6(4)", article_label: "第6条第4項", sentence: { ja: "取扱員だけが扱えます。", en: "Handlers only." } } }} />, { me: sampleMe() });
    expect(screen.getByText(/取扱員だけが扱えます。/)).toBeTruthy();
    expect(screen.getByText("第6条第4項")).toBeTruthy();
    expect(document.querySelector("audio")).toBeNull();
  });
});
