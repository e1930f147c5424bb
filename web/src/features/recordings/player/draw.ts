/** Draws one channel's peaks on a canvas: bars, the part before the playing position darker, gaps hatched. Colours come from the style sheet. */
import type { Gap } from "../../../api/types";
import type { Range } from "./heard";

export interface Lane {
  peaks: number[][];
  gaps: Gap[];
  heard: Range[];
  /** seconds */
  length: number;
  position: number;
  muted: boolean;
  /** for the played part; the rest is a lighter mix of it */
  colour: string;
}

const BAR = 2;
const SPACE = 1;
const REST = "#8da2b8";
const MUTED = "#a3a3a3";

/** Highest swing of each bar, 0..1. */
export function barHeights(peaks: readonly number[][], bars: number): number[] {
  const heights: number[] = [];
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor((bar / bars) * peaks.length);
    const to = Math.max(from + 1, Math.floor(((bar + 1) / bars) * peaks.length));
    let height = 0;
    for (let at = from; at < to && at < peaks.length; at += 1) {
      const [low = 0, high = 0] = peaks[at] ?? [];
      height = Math.max(height, Math.abs(low), Math.abs(high));
    }
    heights.push(Math.min(1, height));
  }
  return heights;
}

export function drawLane(canvas: HTMLCanvasElement, lane: Lane): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const x = (seconds: number) => (lane.length > 0 ? (seconds / lane.length) * width : 0);
  const middle = height / 2;

  for (const gap of lane.gaps) hatch(context, x(gap.start_seconds), Math.max(3, x(gap.seconds)), height, gap.cause === "on_hold");

  const bars = Math.floor(width / (BAR + SPACE));
  const played = x(lane.position);
  barHeights(lane.peaks, bars).forEach((swing, bar) => {
    const left = bar * (BAR + SPACE);
    const size = Math.max(1, Math.sqrt(swing) * (height - 8));
    context.fillStyle = lane.muted ? MUTED : left < played ? lane.colour : REST;
    context.fillRect(left, middle - size / 2, BAR, size);
  });

  context.fillStyle = lane.colour;
  for (const [from, to] of lane.heard) context.fillRect(x(from), height - 2, Math.max(1, x(to - from)), 2);
}

function hatch(context: CanvasRenderingContext2D, left: number, width: number, height: number, onHold: boolean): void {
  context.save();
  context.beginPath();
  context.rect(left, 0, width, height);
  context.clip();
  context.fillStyle = onHold ? "#eef0f4" : "#fdeeee";
  context.fillRect(left, 0, width, height);
  context.strokeStyle = onHold ? "#9aa3b2" : "#e06464";
  context.lineWidth = 1;
  for (let start = left - height; start < left + width; start += 7) {
    context.beginPath();
    context.moveTo(start, height);
    context.lineTo(start + height, 0);
    context.stroke();
  }
  context.restore();
}

/** Seconds between the marks of the time axis, so that at most `most` marks fit. */
export function axisStep(length: number, most: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  return steps.find((step) => length / step <= most) ?? 7200;
}
