/** Caller and called on channels of their own: each can be silenced; both stand slightly apart in the headset. */

export interface AudioGraph {
  setMuted(channel: 0 | 1, muted: boolean): void;
  resume(): Promise<void>;
  close(): void;
}

const APART = 0.55;

/** Routes an audio element through a channel splitter. Undefined where the browser has no Web Audio. */
export function connectAudioGraph(element: HTMLAudioElement): AudioGraph | undefined {
  if (typeof AudioContext === "undefined") return undefined;
  const context = new AudioContext();
  const source = context.createMediaElementSource(element);
  const splitter = context.createChannelSplitter(2);
  source.connect(splitter);
  const muted: [boolean, boolean] = [false, false];
  const channels = ([0, 1] as const).map((channel) => {
    const gain = context.createGain();
    const panner = context.createStereoPanner();
    splitter.connect(gain, channel);
    gain.connect(panner).connect(context.destination);
    return { gain, panner };
  });
  const apply = () => {
    channels.forEach(({ gain, panner }, channel) => {
      gain.gain.setTargetAtTime(muted[channel] === true ? 0 : 1, context.currentTime, 0.015);
      // One side alone is heard in the middle.
      panner.pan.value = muted[0] || muted[1] ? 0 : channel === 0 ? -APART : APART;
    });
  };
  apply();
  return {
    setMuted(channel, value) {
      muted[channel] = value;
      apply();
    },
    resume: () => context.resume(),
    close: () => void context.close(),
  };
}
