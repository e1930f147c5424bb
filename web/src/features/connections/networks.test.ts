// @vitest-environment node
import { expect, it } from "vitest";
import { only, partsOf, readNetworks, transportOf } from "./networks";

it("reads networks as they are typed", () => {
  expect(readNetworks("192.0.2.0/24\n ２０３.0.113.8/32、2001:db8::/32,")).toEqual({ networks: ["192.0.2.0/24", "203.0.113.8/32", "2001:db8::/32"], wrong: [] });
});

it("names what is no network", () => {
  expect(readNetworks("192.0.2.300/24 192.0.2.1 10.0.0.0/33 a/b/c").wrong).toEqual(["192.0.2.300/24", "192.0.2.1", "10.0.0.0/33", "a/b/c"]);
});

it("knows the transport and the parts of an address", () => {
  expect(transportOf("sip:a@h:5070;transport=tcp")).toBe("TCP");
  expect(transportOf("sip:a@h")).toBe("UDP");
  expect(transportOf("https://h/whip/a")).toBe("HTTPS");
  expect(partsOf("sip:a1@[2001:db8::1]:5070;transport=tcp")).toEqual({ user: "a1", host: "[2001:db8::1]", port: "5070" });
  expect(partsOf("sip:a1@h;transport=tls")).toEqual({ user: "a1", host: "h", port: "5061" });
  expect(partsOf("https://h/whip/a")).toBeUndefined();
});

it("allows one address alone", () => {
  expect(only("198.51.100.7")).toBe("198.51.100.7/32");
  expect(only("2001:db8::7")).toBe("2001:db8::7/128");
});
