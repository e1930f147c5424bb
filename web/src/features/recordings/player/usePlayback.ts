/** Plays the audio of one granted use through the page's audio element and keeps account of what was heard. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Use } from "../../../api/types";
import { reportHeard, reportHeardOnLeave } from "../api";
import { type AudioGraph, connectAudioGraph } from "./audio_graph";
import { HeardTracker, type Range } from "./heard";

export const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;

export interface Playback {
  audio: RefObject<HTMLAudioElement | null>;
  state: "idle" | "loading" | "playing" | "paused" | "failed";
  position: number;
  heard: Range[];
  rate: number;
  volume: number;
  muted: [boolean, boolean];
  toggle(): void;
  pause(): void;
  seek(seconds: number): void;
  skip(seconds: number): void;
  setRate(rate: number): void;
  setVolume(volume: number): void;
  toggleMuted(channel: 0 | 1): void;
}

export function usePlayback(use: Use | undefined, length: number): Playback {
  const audio = useRef<HTMLAudioElement | null>(null);
  const graph = useRef<AudioGraph | undefined>(undefined);
  const tracker = useRef(new HeardTracker());
  const reported = useRef("");
  const [state, setState] = useState<Playback["state"]>("idle");
  const [position, setPosition] = useState(0);
  const [heard, setHeard] = useState<Range[]>([]);
  const [rate, setRateState] = useState(1);
  const [volume, setVolumeState] = useState(1);
  const [muted, setMutedState] = useState<[boolean, boolean]>([false, false]);

  const report = useCallback(
    (ended: boolean) => {
      if (use === undefined) return;
      const ranges = tracker.current.heard();
      const fingerprint = JSON.stringify([ranges, ended]);
      if (ranges.length === 0 || fingerprint === reported.current) return;
      reported.current = fingerprint;
      reportHeard(use, ranges, ended).catch(() => {
        reported.current = "";
      });
    },
    [use],
  );

  useEffect(() => {
    const element = audio.current;
    if (element === null || use === undefined) return undefined;
    tracker.current = new HeardTracker();
    reported.current = "";
    let frame = 0;
    const tick = () => {
      tracker.current.playing(element.currentTime, element.playbackRate);
      setPosition(element.currentTime);
      frame = requestAnimationFrame(tick);
    };
    const stop = (next: Playback["state"]) => {
      cancelAnimationFrame(frame);
      setState(next);
      setHeard(tracker.current.heard());
    };
    const on: Record<string, () => void> = {
      playing: () => {
        cancelAnimationFrame(frame);
        setState("playing");
        tick();
      },
      waiting: () => setState("loading"),
      pause: () => {
        tracker.current.stopped(element.currentTime, element.playbackRate);
        setPosition(element.currentTime);
        stop("paused");
        if (!element.ended) report(false);
      },
      ended: () => {
        tracker.current.stopped(element.currentTime, element.playbackRate);
        stop("paused");
        // Played to the end, not left: parts may be heard again under the same use.
        report(false);
      },
      seeking: () => tracker.current.jumped(),
      // Hidden tabs get no animation frames; this still comes four times a second.
      timeupdate: () => {
        if (!element.paused && !element.seeking) tracker.current.playing(element.currentTime, element.playbackRate);
        setPosition(element.currentTime);
        setHeard(tracker.current.heard());
      },
      error: () => stop("failed"),
    };
    for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
    element.src = use.audio_url;
    element.load();
    setState("paused");
    const leave = () => {
      if (!element.paused) tracker.current.stopped(element.currentTime, element.playbackRate);
      const ranges = tracker.current.heard();
      const fingerprint = JSON.stringify([ranges, true]);
      if (ranges.length === 0 || fingerprint === reported.current) return;
      reported.current = fingerprint;
      reportHeardOnLeave(use, ranges);
    };
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      for (const [name, listener] of Object.entries(on)) element.removeEventListener(name, listener);
      cancelAnimationFrame(frame);
      leave();
      element.pause();
      element.removeAttribute("src");
      element.load();
    };
  }, [use, report]);

  useEffect(() => () => graph.current?.close(), []);

  const toggle = useCallback(() => {
    const element = audio.current;
    if (element === null || use === undefined) return;
    if (!element.paused) {
      element.pause();
      return;
    }
    graph.current ??= connectAudioGraph(element);
    muted.forEach((value, channel) => graph.current?.setMuted(channel as 0 | 1, value));
    setState("loading");
    void graph.current?.resume();
    element.play().catch(() => setState(element.error === null ? "paused" : "failed"));
  }, [use, muted]);

  const seek = useCallback(
    (seconds: number) => {
      const element = audio.current;
      if (element === null || use === undefined) return;
      const target = Math.min(Math.max(0, seconds), length);
      if (!element.paused) tracker.current.stopped(element.currentTime, element.playbackRate);
      element.currentTime = target;
      setPosition(target);
    },
    [use, length],
  );

  return {
    audio,
    state,
    position,
    heard,
    rate,
    volume,
    muted,
    toggle,
    pause: () => audio.current?.pause(),
    seek,
    skip: (seconds) => seek((audio.current?.currentTime ?? 0) + seconds),
    setRate(next) {
      if (audio.current !== null) {
        audio.current.defaultPlaybackRate = next;
        audio.current.playbackRate = next;
      }
      setRateState(next);
    },
    setVolume(next) {
      const clamped = Math.min(1, Math.max(0, next));
      if (audio.current !== null) audio.current.volume = clamped;
      setVolumeState(clamped);
    },
    toggleMuted(channel) {
      setMutedState((now) => {
        const next: [boolean, boolean] = [...now];
        next[channel] = !next[channel];
        graph.current?.setMuted(channel, next[channel]);
        return next;
      });
    },
  };
}
