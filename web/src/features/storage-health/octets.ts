/** Sizes in the binary units that the rules are written in. */
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** 1,536 → "1.5 KiB" */
export function octets(count: number, language: string): string {
  let size = count;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size.toLocaleString(language, { maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0 })} ${UNITS[unit]}`;
}
