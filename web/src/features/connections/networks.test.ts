// @vitest-environment node
import { expect, it } from "vitest";
import { readNetworks, transportOf } from "./networks";

it("reads networks as they are typed", () => {
  expect(readNetworks("192.0.2.0/24\n ２０３.0.113.8/32、2001:db8::/32,")).toEqual({ networks: ["192.0.2.0/24", "203.0.113.8/32", "2001:db8::/32"], wrong: [] });
});

it("names what is no network", () => {
  expect(readNetworks("192.0.2.300/24 192.0.2.1 10.0.0.0/33 a/b/c").wrong).toEqual(["192.0.2.300/24", "192.0.2.1", "10.0.0.0/33", "a/b/c"]);
});

it("knows the transport of an address", () => {
  expect(transportOf("sip:a@h:5070;transport=tcp")).toBe("TCP");
  expect(transportOf("sip:a@h")).toBe("UDP");
});
