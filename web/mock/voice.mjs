/** Two made-up voices taking turns: sound enough for a player, and nobody's words. */

const RATE = 8000;

/** A small seeded generator, so that a recording always sounds the same. */
export function seeded(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Loudness 0..1 of both sides, one value each 20 ms. */
function loudness(seconds, seed, gaps) {
  const random = seeded(seed);
  const frames = Math.ceil(seconds * 50);
  const sides = [new Float32Array(frames), new Float32Array(frames)];
  let at = 25;
  let speaker = 1;
  while (at < frames) {
    const turn = Math.floor(50 * (1.5 + random() * 6));
    const side = sides[speaker];
    let frame = at;
    while (frame < Math.min(at + turn, frames)) {
      const syllable = 5 + Math.floor(random() * 6);
      const strength = 0.25 + random() * 0.6;
      for (let step = 0; step < syllable && frame + step < frames; step += 1) side[frame + step] = strength * Math.sin((Math.PI * (step + 0.5)) / syllable);
      frame += syllable + (random() < 0.14 ? 8 + Math.floor(random() * 14) : 1);
    }
    at += turn + Math.floor(random() * 30);
    speaker = random() < 0.85 ? 1 - speaker : speaker;
  }
  for (const gap of gaps) sides[gap.channel].fill(0, Math.floor(gap.start_seconds * 50), Math.ceil((gap.start_seconds + gap.seconds) * 50));
  return sides;
}

export function peaks(seconds, seed, gaps, points) {
  return loudness(seconds, seed, gaps).map((side) => ({
    peaks: Array.from({ length: points }, (_, point) => {
      const from = Math.floor((point / points) * side.length);
      const to = Math.max(from + 1, Math.floor(((point + 1) / points) * side.length));
      let high = 0.004;
      for (let at = from; at < to; at += 1) high = Math.max(high, side[at] ?? 0);
      return [-high * 0.9, high];
    }),
  }));
}

/** A stereo 16-bit 8 kHz WAV. */
export function wav(seconds, seed, gaps) {
  const sides = loudness(seconds, seed, gaps);
  const samples = Math.floor(seconds * RATE);
  const file = Buffer.alloc(44 + samples * 4);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + samples * 4, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 4, 28);
  file.writeUInt16LE(4, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples * 4, 40);
  const pitch = [205, 128];
  for (let sample = 0; sample < samples; sample += 1) {
    for (const channel of [0, 1]) {
      const loud = sides[channel][Math.floor(sample / 160)] ?? 0;
      const phase = (2 * Math.PI * pitch[channel] * sample) / RATE;
      const voice = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.35 * Math.sin(3 * phase + 1) + 0.2 * Math.sin(5 * phase);
      file.writeInt16LE(Math.round(voice * loud * 9000), 44 + sample * 4 + channel * 2);
    }
  }
  return file;
}
