/** Copies a text and says so. */
import { useState } from "react";
import { useI18n } from "../../i18n/language";
import { Button } from "../Button/Button";
import { useToast } from "../Toasts/Toasts";

export function CopyButton({ text, label, size = "xs" }: { text: string | (() => string); label?: string; size?: "xs" | "sm" }) {
  const { t } = useI18n();
  const toast = useToast();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied(true);
      toast(t("action.copied"));
      setTimeout(() => setCopied(false), 2000);
    } catch {
      toast(t("action.copy_failed"));
    }
  };
  return (
    <Button size={size} icon={copied ? "check" : "copy"} onClick={() => void copy()}>
      {label ?? t("action.copy")}
    </Button>
  );
}
