/** The two-channel waveform: a slider over time. Click or drag to seek; arrow keys move. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import type { Gap, Waveform } from "../../../api/types";
import { duration, spokenDuration } from "../../../i18n/civil_time";
import { useI18n } from "../../../i18n/language";
import { axisStep, drawLane } from "./draw";
import type { Range } from "./heard";

interface WaveformViewProps {
  waveform: Waveform | undefined;
  gaps: Gap[];
  length: number;
  position: number;
  heard: Range[];
  muted: [boolean, boolean];
  disabled: boolean;
  onSeek(seconds: number): void;
}

export const LANES = [
  { channel: 0, role: "caller", colour: "--color-caller" },
  { channel: 1, role: "called", colour: "--color-called" },
] as const;

export function WaveformView({ waveform, gaps, length, position, heard, muted, disabled, onSeek }: WaveformViewProps) {
  const { t, language } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const canvases = useRef<(HTMLCanvasElement | null)[]>([]);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState<number | undefined>(undefined);

  useEffect(() => {
    const element = box.current;
    if (element === null || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    LANES.forEach(({ channel, colour }) => {
      const canvas = canvases.current[channel];
      if (!canvas) return;
      drawLane(canvas, {
        peaks: waveform?.channels[channel]?.peaks ?? [],
        gaps: gaps.filter((gap) => gap.channel === channel),
        heard,
        length,
        position,
        muted: muted[channel],
        colour: style.getPropertyValue(colour).trim() || "#333",
      });
    });
  }, [waveform, gaps, heard, length, position, muted, width]);

  const secondsAt = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect();
    if (rect === undefined || rect.width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width)) * length;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = event.shiftKey ? 1 : 5;
    const target = {
      ArrowRight: position + step,
      ArrowUp: position + step,
      ArrowLeft: position - step,
      ArrowDown: position - step,
      PageUp: position + 10,
      PageDown: position - 10,
      Home: 0,
      End: length,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek(Math.min(length, Math.max(0, target)));
  };
  const at = (seconds: number) => `${length > 0 ? (Math.min(seconds, length) / length) * 100 : 0}%`;
  const step = axisStep(length, Math.max(2, Math.floor((width || 600) / 72)));
  const marks = length > 0 ? Array.from({ length: Math.floor(length / step) + 1 }, (_, mark) => mark * step) : [];

  return (
    <div className="min-w-0">
      {/* biome-ignore lint: the slider role is the whole point */}
      <div
        ref={box}
        role="slider"
        tabIndex={disabled ? -1 : 0}
        aria-label={t("player.position")}
        aria-disabled={disabled || undefined}
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(position)}
        aria-valuetext={t("player.position_of", { at: spokenDuration(position, language), length: spokenDuration(length, language) })}
        onKeyDown={disabled ? undefined : onKeyDown}
        onPointerDown={(event) => {
          if (disabled || event.button !== 0) return;
          event.currentTarget.setPointerCapture?.(event.pointerId);
          onSeek(secondsAt(event));
        }}
        onPointerMove={(event) => {
          setHover(secondsAt(event));
          if (!disabled && (event.buttons & 1) === 1) onSeek(secondsAt(event));
        }}
        onPointerLeave={() => setHover(undefined)}
        className={`relative touch-pan-y rounded-4 ${disabled ? "" : "cursor-crosshair"}`}
      >
        {LANES.map(({ channel, role }) => (
          <canvas
            key={role}
            ref={(element) => {
              canvases.current[channel] = element;
            }}
            aria-hidden="true"
            className="block h-[4.5rem] w-full border-b border-line first:border-t"
          />
        ))}
        {!disabled && <span aria-hidden="true" className="pointer-events-none absolute inset-y-0 w-0.5 -translate-x-1/2 bg-solid-gray-900" style={{ left: at(position) }} />}
        {hover !== undefined && length > 0 && (
          <span aria-hidden="true" className="pointer-events-none absolute inset-y-0 border-l border-dashed border-solid-gray-700" style={{ left: at(hover) }}>
            <span className="tabular absolute -top-6 left-0 -translate-x-1/2 rounded-4 bg-solid-gray-800 px-1.5 text-dns-14N-130 text-white">{duration(hover)}</span>
          </span>
        )}
      </div>
      <div aria-hidden="true" className="relative h-6 overflow-hidden text-dns-14N-130 text-solid-gray-700">
        {marks.map((mark) => (
          <span key={mark} className="tabular absolute top-0 border-l border-solid-gray-420 pl-1 pt-1 leading-4" style={{ left: at(mark) }}>
            {duration(mark)}
          </span>
        ))}
      </div>
    </div>
  );
}
