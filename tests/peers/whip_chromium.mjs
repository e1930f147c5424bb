/**
 * Publishes Chromium's fake microphone, and its fake camera if asked, over WHIP from a page of another origin, as a browser does:
 * the offer without candidates, the candidates by PATCH, the end by DELETE. Arguments: endpoint, "audio" or "video", seconds.
 * The token comes by the environment (WHIP_TOKEN). Prints one JSON line.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";

const web = new URL("../../web/package.json", import.meta.url);
const { chromium } = createRequire(web)("playwright-core");
const [endpoint, kind, seconds] = process.argv.slice(2);

const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<title>a page</title>"));
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection"],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const result = await page.evaluate(
  async ({ endpoint, token, kind, seconds }) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: kind === "video" ? { width: 640, height: 360 } : false });
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    const found = [];
    let gathered;
    const all = new Promise((done) => (gathered = done));
    peer.onicecandidate = ({ candidate }) => (candidate ? found.push(candidate) : gathered());
    await peer.setLocalDescription(await peer.createOffer());
    const headers = { Authorization: `Bearer ${token}` };
    const bare = peer.localDescription.sdp.split("\r\n").filter((line) => !line.startsWith("a=candidate")).join("\r\n");
    const answered = await fetch(endpoint, { method: "POST", headers: { ...headers, "Content-Type": "application/sdp" }, body: bare });
    if (answered.status !== 201) throw new Error(`${answered.status} ${await answered.text()}`);
    const session = new URL(answered.headers.get("Location"), endpoint);
    const etag = answered.headers.get("ETag");
    await peer.setRemoteDescription({ type: "answer", sdp: await answered.text() });
    await all;
    const ice = /a=ice-ufrag:\S+\r\na=ice-pwd:\S+/.exec(bare)[0];
    const fragment = `${ice}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n${found.map((one) => `a=${one.candidate}\r\n`).join("")}a=end-of-candidates\r\n`;
    const trickled = await fetch(session, { method: "PATCH", headers: { ...headers, "If-Match": etag, "Content-Type": "application/trickle-ice-sdpfrag" }, body: fragment });
    const until = performance.now() + 15_000;
    while (peer.connectionState !== "connected") {
      if (performance.now() > until) throw new Error(`not connected: ${peer.connectionState} ${peer.iceConnectionState}`);
      await new Promise((next) => setTimeout(next, 50));
    }
    await new Promise((over) => setTimeout(over, seconds * 1000));
    const sent = {};
    const codecs = {};
    const asked = {};
    const stats = await peer.getStats();
    for (const report of stats.values()) {
      if (report.type !== "outbound-rtp") continue;
      sent[report.kind] = report.packetsSent;
      codecs[report.kind] = stats.get(report.codecId)?.mimeType;
      if (report.kind === "video") asked.pictures = report.pliCount;
    }
    const ended = await fetch(session, { method: "DELETE", headers });
    peer.close();
    return { status: answered.status, trickled: trickled.status, ended: ended.status, sent, codecs, asked };
  },
  { endpoint, token: process.env.WHIP_TOKEN, kind, seconds: Number(seconds) },
);
console.log(JSON.stringify(result));
await browser.close();
server.close();
