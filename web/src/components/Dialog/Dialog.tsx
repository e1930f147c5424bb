/** A modal dialog on the browser's own <dialog>: the page behind is inert, Escape closes, focus returns to where it was. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useI18n } from "../../i18n/language";
import { IconButton } from "../Button/Button";
import { classes } from "../classes";

interface DialogProps {
  title: string;
  onClose(): void;
  children: ReactNode;
  footer?: ReactNode;
  /** "side" slides along the right edge and is meant for details. */
  place?: "centre" | "side";
  wide?: boolean;
  /** false while something runs that must not be cut off */
  closable?: boolean;
}

export function Dialog({ title, onClose, children, footer, place = "centre", wide = false, closable = true }: DialogProps) {
  const { t } = useI18n();
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const opener = useRef<Element | null>(null);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    opener.current = document.activeElement;
    if (!element.open) element.showModal();
    return () => {
      element.close();
      if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus();
    };
  }, []);

  // Content that has to be scrolled must be reachable by the keyboard, also when it holds nothing to focus.
  const content = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = content.current;
    if (element === null || typeof ResizeObserver === "undefined") return undefined;
    const measure = () => setScrolls(element.scrollHeight > element.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  return (
    <dialog
      ref={box}
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        if (closable) onClose();
      }}
      className={classes(
        "appear flex-col bg-white text-solid-gray-900 shadow-4 open:flex",
        place === "side"
          ? "fixed inset-y-0 right-0 left-auto m-0 h-dvh max-h-none w-full max-w-[34rem]"
          : classes("m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] rounded-12", wide ? "max-w-3xl" : "max-w-xl"),
      )}
    >
      <div className="flex items-start justify-between gap-4 border-b border-line px-6 py-4">
        <h2 id={titleId} tabIndex={-1} className="text-std-20B-150">
          {title}
        </h2>
        {closable && <IconButton icon="close" label={t("action.close")} onClick={onClose} className="-mr-2 -mt-1" />}
      </div>
      <div ref={content} {...(scrolls ? { tabIndex: 0, role: "group", "aria-labelledby": titleId } : {})} className="grow overflow-y-auto px-6 py-5">
        {children}
      </div>
      {footer !== undefined && <div className="flex flex-wrap justify-end gap-3 border-t border-line px-6 py-4">{footer}</div>}
    </dialog>
  );
}

/** A question before something that is not easily undone. */
export function ConfirmDialog({
  title,
  children,
  confirm,
  onConfirm,
  onClose,
  busy = false,
}: { title: string; children: ReactNode; confirm: ReactNode; onConfirm(): void; onClose(): void; busy?: boolean }) {
  const { t } = useI18n();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      closable={!busy}
      footer={
        <>
          <button type="button" onClick={onClose} disabled={busy} className="min-h-10 rounded-6 px-4 text-oln-16B-100 text-blue-900 underline underline-offset-4 hover:bg-blue-50">
            {t("action.cancel")}
          </button>
          <button
            type="button"
            onClick={onConfirm}
            disabled={busy}
            className="min-h-10 rounded-6 bg-error-2 px-4 text-oln-16B-100 text-white hover:bg-red-1000 hover:underline disabled:bg-solid-gray-420"
          >
            {confirm}
          </button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
