/** Buttons after DADS: solid, outline, text; and the same looks for links that act like them. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { classes } from "../classes";
import { Icon, type IconName } from "../Icon/Icon";

export type ButtonLook = "solid" | "outline" | "text" | "danger" | "danger-outline";
export type ButtonSize = "lg" | "md" | "sm" | "xs";

const looks: Record<ButtonLook, string> = {
  solid: "border border-transparent bg-blue-900 text-white hover:bg-blue-1000 hover:underline active:bg-blue-1200",
  outline: "border border-blue-900 bg-white text-blue-900 hover:bg-blue-50 hover:text-blue-1000 hover:underline active:bg-blue-100",
  text: "border border-transparent bg-transparent text-blue-900 underline hover:bg-blue-50 hover:text-blue-1000 active:bg-blue-100",
  danger: "border border-transparent bg-error-2 text-white hover:bg-red-1000 hover:underline active:bg-red-1200",
  "danger-outline": "border border-error-2 bg-white text-error-2 hover:bg-red-50 hover:underline active:bg-red-100",
};
const sizes: Record<ButtonSize, string> = {
  lg: "min-h-14 px-6 py-2 text-oln-17B-100 rounded-8",
  md: "min-h-12 px-5 py-2 text-oln-16B-100 rounded-8",
  sm: "min-h-10 px-4 py-1.5 text-oln-16B-100 rounded-6",
  xs: "min-h-8 px-2.5 py-1 text-oln-14B-100 rounded-6",
};

export function buttonClass(look: ButtonLook = "outline", size: ButtonSize = "sm"): string {
  return classes(
    "inline-flex items-center justify-center gap-1.5 whitespace-nowrap underline-offset-4",
    "disabled:border-solid-gray-300 disabled:bg-solid-gray-50 disabled:text-solid-gray-600 disabled:no-underline disabled:cursor-not-allowed",
    looks[look],
    sizes[size],
  );
}

export function Button({
  look = "outline",
  size = "sm",
  icon,
  children,
  className,
  type = "button",
  ref,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: ButtonLook; size?: ButtonSize; icon?: IconName; children?: ReactNode; ref?: Ref<HTMLButtonElement> }) {
  return (
    <button ref={ref} type={type} className={classes(buttonClass(look, size), className)} {...rest}>
      {icon !== undefined && <Icon name={icon} size={size === "xs" ? 16 : 20} />}
      {children}
    </button>
  );
}

/** A square button that shows only an icon; the label is spoken and shown as a tooltip. */
export function IconButton({ icon, label, className, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { icon: IconName; label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classes("inline-flex size-10 items-center justify-center rounded-6 text-solid-gray-800 hover:bg-solid-gray-50 disabled:text-solid-gray-420", className)}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
