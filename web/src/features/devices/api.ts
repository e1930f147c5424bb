/** The device register. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Device, DeviceEntry, DeviceToken } from "../../api/types";

export const devicesQuery = queryOptions({
  queryKey: ["devices"],
  queryFn: () => body(api.GET("/v1/devices")),
});

export function registerDevice(rule: string, entry: DeviceEntry): Promise<Device> {
  return body(api.POST("/v1/devices", { body: { rule, entry } }));
}

export function changeDevice(device: Device, entry: DeviceEntry): Promise<Device> {
  return body(api.POST("/v1/devices/{id}/change", { params: { path: { id: device.id } }, body: { version: device.version, entry } }));
}

export function retireDevice(device: Device, from: string): Promise<Device> {
  return body(api.POST("/v1/devices/{id}/retire", { params: { path: { id: device.id } }, body: { from } }));
}

export function issueToken(device: Device, previousValidHours: number): Promise<DeviceToken> {
  return body(api.POST("/v1/devices/{id}/token", { params: { path: { id: device.id } }, body: { previous_valid_hours: previousValidHours } }));
}
