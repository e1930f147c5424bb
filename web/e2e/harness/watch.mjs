/** Keeps a page honest: nothing in the console, nothing refused by the Content-Security-Policy, nothing asked of another host, no failure of the server. */
import { ORIGIN, WHIP } from "./platform.mjs";

const REFUSED_BY_SERVER = /^Failed to load resource: the server responded with a status of (\d{3})/;

/**
 * `refusals` are answers a story provokes: `{path: RegExp, status}`. Chromium writes each into the console; any other line there is a trouble.
 * `/v1/me` may always answer 401: that is how a page learns that nobody is signed in.
 */
export function watch(page, troubles, refusals) {
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const status = Number(REFUSED_BY_SERVER.exec(message.text())?.[1]);
    const { url } = message.location();
    const path = url.startsWith(ORIGIN) ? url.slice(ORIGIN.length) : url;
    if (status === 401 && path === "/v1/me") return;
    if (refusals.some((refusal) => refusal.status === status && refusal.path.test(path))) return;
    troubles.push(`console: ${message.text()} ${path}`);
  });
  page.on("pageerror", (error) => troubles.push(`error in the page: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    const publishes = new URL(page.url()).pathname === "/capture" && url.startsWith(`${WHIP}/whip`);
    if (!url.startsWith(`${ORIGIN}/`) && !url.startsWith("blob:") && !publishes) troubles.push(`asked another host: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) troubles.push(`the server failed: ${response.status()} ${response.url()}`);
  });
}
