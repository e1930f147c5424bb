/** The life of one recording in the browser: asked for, under way, over, or failed with its reason. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { CaptureLink } from "../../api/capture_link";
import { CaptureFailure, microphone, type Publication, publish, type SaidOfCall } from "./publishing";

export type Capture =
  | { at: "ready" }
  | { at: "starting" }
  | { at: "running"; since: number; waits: boolean; sound: MediaStream; interrupted: boolean }
  | { at: "ending" }
  | { at: "over"; seconds: number }
  | { at: "failed"; failure: CaptureFailure };

export function useCapture(link: CaptureLink) {
  const [capture, setCapture] = useState<Capture>({ at: "ready" });
  const running = useRef<{ publication: Publication; sound: MediaStream; since: number } | undefined>(undefined);

  const release = useCallback(() => {
    const was = running.current;
    running.current = undefined;
    for (const track of was?.sound.getTracks() ?? []) track.stop();
    return was;
  }, []);

  const fail = useCallback(
    async (reason: CaptureFailure) => {
      await release()?.publication.end();
      setCapture({ at: "failed", failure: reason });
    },
    [release],
  );

  const start = useCallback(
    async (said: SaidOfCall) => {
      setCapture({ at: "starting" });
      let sound: MediaStream | undefined;
      try {
        sound = await microphone();
        const publication = await publish(link, sound, said);
        const since = Date.now();
        running.current = { publication, sound, since };
        const { peer, waits } = publication;
        peer.addEventListener("connectionstatechange", () => {
          if (running.current?.publication !== publication) return;
          if (peer.connectionState === "failed" || peer.connectionState === "closed") void fail(new CaptureFailure("lost"));
          else setCapture((now) => (now.at === "running" ? { ...now, interrupted: peer.connectionState === "disconnected" } : now));
        });
        sound.getAudioTracks()[0]?.addEventListener("ended", () => void fail(new CaptureFailure("microphone_gone")));
        setCapture({ at: "running", since, waits, sound, interrupted: false });
      } catch (error) {
        for (const track of sound?.getTracks() ?? []) track.stop();
        setCapture({ at: "failed", failure: error instanceof CaptureFailure ? error : new CaptureFailure("lost") });
      }
    },
    [link, fail],
  );

  const stop = useCallback(async () => {
    const was = release();
    if (was === undefined) return;
    setCapture({ at: "ending" });
    await was.publication.end();
    setCapture({ at: "over", seconds: (Date.now() - was.since) / 1000 });
  }, [release]);

  const again = useCallback(() => setCapture({ at: "ready" }), []);

  // Who leaves the page ends the recording; before that the browser asks whether they mean it.
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (running.current !== undefined) event.preventDefault();
    };
    const leave = () => release()?.publication.leave();
    addEventListener("beforeunload", warn);
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("beforeunload", warn);
      removeEventListener("pagehide", leave);
    };
  }, [release]);

  return { capture, start, stop, again };
}
