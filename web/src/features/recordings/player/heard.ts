/** Which parts of a recording were heard: ranges in seconds, in order, without overlap. */

export type Range = [from: number, to: number];

/** Adds a stretch; stretches closer than 50 ms grow together. Stretches shorter than 10 ms are nothing heard. */
export function addHeard(ranges: readonly Range[], from: number, to: number): Range[] {
  if (!(to - from >= 0.01)) return [...ranges];
  const all = [...ranges, [from, to] as Range].sort((a, b) => a[0] - b[0]);
  const merged: Range[] = [];
  for (const [start, end] of all) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1] + 0.05) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** Rounded to milliseconds, as the API takes them. */
export function rounded(ranges: readonly Range[]): Range[] {
  return ranges.map(([from, to]) => [Math.round(from * 1000) / 1000, Math.round(to * 1000) / 1000]);
}

export function totalSeconds(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [from, to]) => sum + (to - from), 0);
}

/** Follows the playing position: seeks break a stretch, playing joins it. */
export class HeardTracker {
  private ranges: Range[] = [];
  private last: number | undefined;

  /** The position while playing, told often. A jump of more than `2 s × rate` between two tellings is a seek. */
  playing(position: number, rate = 1): void {
    if (this.last !== undefined && position > this.last && position - this.last <= 2 * rate) this.ranges = addHeard(this.ranges, this.last, position);
    this.last = position;
  }

  /** Playing stopped at this position, or jumps away from it. */
  stopped(position: number, rate = 1): void {
    this.playing(position, rate);
    this.last = undefined;
  }

  /** A seek began: what comes next does not join what was before. */
  jumped(): void {
    this.last = undefined;
  }

  heard(): Range[] {
    return rounded(this.ranges);
  }
}
