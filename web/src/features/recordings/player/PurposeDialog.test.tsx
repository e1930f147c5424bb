import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { answers, askedOf, problem } from "../../../testing/answers";
import { renderPiece } from "../../../testing/render";
import { sampleMe, use } from "../../../testing/samples";
import { PurposeDialog } from "./PurposeDialog";

const open = () => {
  const onGranted = vi.fn();
  const view = renderPiece(<PurposeDialog recordingId="r1" onGranted={onGranted} onClose={() => undefined} />, { me: sampleMe() });
  return { ...view, onGranted };
};
const listen = () => screen.getByRole("button", { name: "記録して聴取する" });

describe("before a recording is heard", () => {
  // req: T-1
  it("the purposes of the policy are named with their articles, and that the use is written down", () => {
    open();
    expect(screen.getByText("応対品質の向上")).toBeTruthy();
    expect(screen.getByText("第3条第2項")).toBeTruthy();
    expect(screen.getByText("応対の振り返りに限ります。")).toBeTruthy();
    expect(screen.getByText(/操作記録に残ります。$/)).toBeTruthy();
  });

  // req: T-1
  it("nothing is asked of the server without a purpose", async () => {
    const { user, onGranted } = open();
    await user.click(listen());
    expect(screen.getByText("利用目的を選んでください")).toBeTruthy();
    expect(askedOf("POST /v1/recordings/r1/uses")).toHaveLength(0);
    expect(onGranted).not.toHaveBeenCalled();
  });

  it("a purpose that needs a case note is not sent without one", async () => {
    const { user } = open();
    await user.click(screen.getByRole("radio", { name: /不当要求行為/ }));
    await user.click(listen());
    expect(screen.getByText("この目的では事案メモが必要です")).toBeTruthy();
    expect(askedOf("POST /v1/recordings/r1/uses")).toHaveLength(0);
  });

  // req: T-1
  it("a permitted purpose gives a use", async () => {
    answers({ "POST /v1/recordings/r1/uses": () => ({ status: 201, body: use }) });
    const { user, onGranted } = open();
    await user.click(screen.getByRole("radio", { name: /応対品質/ }));
    await user.click(listen());
    await waitFor(() => expect(onGranted).toHaveBeenCalledWith(use));
    const [asked] = askedOf("POST /v1/recordings/r1/uses");
    expect(asked?.body).toEqual({ purpose: "quality" });
    expect(asked?.headers.get("X-CSRF-Token")).toBe("token-1");
    expect(asked?.headers.get("Accept-Language")).toBe("ja");
  });

  // req: T-1
  it("a refusal shows its sentence and its article, and nothing plays", async () => {
    answers({ "POST /v1/recordings/r1/uses": () => problem(403, "purpose-refused", { title: "この目的では利用できません", detail: "管理責任者の決定がありません。", article: "5(1)", article_label: "第5条第1項" }) });
    const { user, onGranted } = open();
    await user.click(screen.getByRole("radio", { name: /不当要求行為/ }));
    await user.type(screen.getByLabelText(/事案メモ/), "R8-1");
    await user.click(listen());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("管理責任者の決定がありません。");
    expect(alert.textContent).toContain("第5条第1項");
    expect(askedOf("POST /v1/recordings/r1/uses")[0]?.body).toEqual({ purpose: "improper", case_note: "R8-1" });
    expect(onGranted).not.toHaveBeenCalled();
  });
});
