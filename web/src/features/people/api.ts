/** People, the posts they hold, and what may be done about both. */
import { queryOptions } from "@tanstack/react-query";
import { api, body, done } from "../../api/client";
import type { Appointment, Person } from "../../api/types";

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: async () => (await body(api.GET("/v1/people"))).items,
});

export function issuePerson(entry: { login_id: string; display_name: string; department?: string }): Promise<{ person: Person; initial_password: string }> {
  return body(api.POST("/v1/people", { body: entry }));
}

export async function resetPassword(id: string): Promise<string> {
  return (await body(api.POST("/v1/people/{id}/password-reset", { params: { path: { id } } }))).initial_password;
}

export function disablePerson(id: string): Promise<void> {
  return done(api.POST("/v1/people/{id}/disable", { params: { path: { id } } }));
}

export function appoint(id: string, entry: { post: string; department?: string; from?: string; until?: string; trained_on?: string }): Promise<Appointment> {
  return body(api.POST("/v1/people/{id}/appointments", { params: { path: { id } }, body: entry }));
}

export function endAppointment(id: string): Promise<void> {
  return done(api.POST("/v1/appointments/{id}/end", { params: { path: { id } } }));
}
