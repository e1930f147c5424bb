/** Publishing a microphone by WHIP (RFC 9725): the offer with its candidates, the answer, the end. */
import type { CaptureLink } from "../../api/capture_link";

export type FailureReason = "insecure" | "denied" | "no_microphone" | "microphone_taken" | "microphone_gone" | "unreachable" | "refused" | "lost";

/** Why nothing is recorded; `said` is the endpoint's own sentence where it refused. */
export class CaptureFailure extends Error {
  override name = "CaptureFailure";
  constructor(
    readonly reason: FailureReason,
    readonly said?: { ja: string; en: string; article?: string },
  ) {
    super(reason);
  }
}

/** What whoever records says of the call. */
export interface SaidOfCall {
  otherParty: string;
  direction: "inbound" | "outbound" | "";
  told: boolean;
}

export interface Publication {
  /** Nothing is kept until somebody starts it in the portal. */
  waits: boolean;
  peer: RTCPeerConnection;
  /** Ends it; the recording is sealed seconds later. */
  end(): Promise<void>;
  /** Ends it while the page goes away. */
  leave(): void;
}

/** Candidates are waited for no longer than this: the endpoint finds us by what we send it. */
const GATHERING_MS = 1_000;

/** The microphone, once the person allowed it. */
export async function microphone(): Promise<MediaStream> {
  if (!globalThis.isSecureContext || navigator.mediaDevices === undefined) throw new CaptureFailure("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: true } });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotFoundError" || name === "OverconstrainedError") throw new CaptureFailure("no_microphone");
    if (name === "NotReadableError" || name === "AbortError") throw new CaptureFailure("microphone_taken");
    throw new CaptureFailure("denied");
  }
}

export async function publish(link: CaptureLink, sound: MediaStream, said: SaidOfCall): Promise<Publication> {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  try {
    for (const track of sound.getAudioTracks()) peer.addTransceiver(track, { direction: "sendonly", streams: [sound] });
    await peer.setLocalDescription();
    await gathered(peer);
    const answer = await ask(link, link.endpoint, "POST", peer.localDescription?.sdp ?? "", {
      "Content-Type": "application/sdp",
      ...(said.told ? { "Rokuon-Notice": "given" } : {}),
      ...(said.otherParty === "" ? {} : { "Rokuon-Other-Party": said.otherParty }),
      ...(said.direction === "" ? {} : { "Rokuon-Direction": said.direction }),
    });
    const session = new URL(answer.headers.get("Location") ?? "", link.endpoint).href;
    const end = async () => {
      // in this order: a peer that is closed says good-bye itself, and then there is no session to end
      await ask(link, session, "DELETE").catch(() => undefined);
      peer.close();
    };
    try {
      await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    } catch {
      await end();
      throw new CaptureFailure("lost");
    }
    return {
      waits: answer.headers.get("Rokuon-Recording") === "waiting",
      peer,
      end,
      leave: () => void ask(link, session, "DELETE", undefined, {}, true).catch(() => undefined),
    };
  } catch (error) {
    peer.close();
    throw error;
  }
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((done) => {
    const limit = setTimeout(done, GATHERING_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(limit);
      done();
    });
  });
}

/** One request to the endpoint. Its token is the only credential. */
async function ask(link: CaptureLink, to: string, method: "POST" | "DELETE", body?: string, headers: Record<string, string> = {}, keepalive = false): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(to, { method, headers: { Authorization: `Bearer ${link.token}`, ...headers }, credentials: "omit", keepalive, ...(body === undefined ? {} : { body }) });
  } catch {
    throw new CaptureFailure("unreachable");
  }
  if (answer.ok) return answer;
  const problem: unknown = await answer.json().catch(() => undefined);
  const { title, detail, article } = (problem ?? {}) as { title?: string; detail?: string; article?: string | null };
  throw new CaptureFailure("refused", title === undefined ? undefined : { ja: title, en: detail ?? title, ...(article ? { article } : {}) });
}
