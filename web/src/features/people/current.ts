/** Which appointments hold now, which are to come, which are over. */
import type { Appointment } from "../../api/types";

export type Standing = "now" | "coming" | "over";

export function standing(appointment: Pick<Appointment, "from" | "until">, now: number): Standing {
  if (appointment.until && Date.parse(appointment.until) <= now) return "over";
  return Date.parse(appointment.from) > now ? "coming" : "now";
}

export function currentAppointments(appointments: Appointment[], now: number): Appointment[] {
  return appointments.filter((appointment) => standing(appointment, now) === "now");
}
