/** Warns a minute before the idle lock, and asks the server whether it has locked once the time is up (KB-6). */
import { useEffect, useRef, useState } from "react";
import { session } from "../api/session";
import { refreshMe } from "../api/sign_in";
import { Button } from "../components/Button/Button";
import { Dialog } from "../components/Dialog/Dialog";
import { useI18n } from "../i18n/language";
import { idleStep } from "./idle";

const LOOK_EVERY_MS = 1000;
/** Work in the page that needs no answer from the server (typing, reading on) tells the server at most this often. */
const TELL_EVERY_MS = 60_000;

export function IdleGuard({ minutes }: { minutes: number }) {
  const { t } = useI18n();
  const [left, setLeft] = useState<number | undefined>(undefined);
  const warning = useRef(false);
  const asked = useRef(0);
  warning.current = left !== undefined;

  useEffect(() => {
    const look = () => {
      const step = idleStep(Date.now() - session.lastActivity(), minutes);
      setLeft(step.kind === "warn" ? step.secondsLeft : undefined);
      if (step.kind === "ask" && Date.now() - asked.current > 5000) {
        asked.current = Date.now();
        refreshMe(true).catch(() => undefined);
      }
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    const work = () => {
      if (!warning.current && Date.now() - session.lastActivity() > TELL_EVERY_MS) {
        session.touch(Date.now());
        refreshMe().catch(() => undefined);
      }
    };
    document.addEventListener("visibilitychange", look);
    for (const name of ["keydown", "pointerdown"] as const) document.addEventListener(name, work);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      for (const name of ["keydown", "pointerdown"] as const) document.removeEventListener(name, work);
    };
  }, [minutes]);

  if (left === undefined) return null;
  const stay = () => {
    refreshMe()
      .then(() => setLeft(undefined))
      .catch(() => undefined);
  };
  return (
    <Dialog
      title={t("lock.soon")}
      onClose={stay}
      footer={
        <Button look="solid" onClick={stay}>
          {t("lock.stay")}
        </Button>
      }
    >
      <p>{t("lock.soon_text", { minutes })}</p>
      <p className="tabular mt-2 text-std-24B-150" aria-live="off">
        {t("lock.seconds", { seconds: left })}
      </p>
    </Dialog>
  );
}
