/** What the API answers when it does not do as asked (RFC 9457 problem details), as an error a page can show. */
import type { Problem } from "./types";

export class ProblemError extends Error {
  override name = "ProblemError";
  readonly problem: Problem;
  /** Seconds the server asks us to wait (Retry-After), when it says. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(problem.title);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The last part of `urn:rokuon:problem:<code>`. */
  get code(): string {
    return this.problem.type.replace(/^urn:rokuon:problem:/, "");
  }

  get status(): number {
    return this.problem.status;
  }

  fieldMessage(field: string): string | undefined {
    return this.problem.errors?.find((error) => error.field === field)?.message;
  }
}

/** Reads the problem out of a refused answer; an answer that is no problem document becomes one with code `unreadable-answer`. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const retry = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(retry) && retry > 0 ? retry : undefined;
  try {
    const body: unknown = await response.clone().json();
    if (isProblem(body)) return new ProblemError(body, retryAfter);
  } catch {
    // not JSON: fall through
  }
  return new ProblemError({ type: "urn:rokuon:problem:unreadable-answer", title: "", status: response.status, detail: "", instance: "" }, retryAfter);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && typeof (body as Problem).type === "string" && typeof (body as Problem).status === "number";
}
