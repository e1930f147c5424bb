/** The portal's own line icons, drawn on a 24-unit grid; always decoration, never the only carrier of meaning. */
import type { ReactNode } from "react";

const shapes = {
  search: <><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5" /></>,
  list: <path d="M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01" />,
  people: <><circle cx="9" cy="8" r="3.5" /><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.3c2 .8 3.2 2.7 3.5 5.7" /></>,
  person: <><circle cx="12" cy="8" r="4" /><path d="M4.5 20.5c.6-4.5 3.5-6.5 7.5-6.5s6.9 2 7.5 6.5" /></>,
  trail: <><path d="M6 3h9l4 4v14H6z" /><path d="M14 3v5h5M9 12h7M9 16h7" /></>,
  policy: <><path d="M4 5c3-1.5 5.5-1.5 8 0v15c-2.5-1.5-5-1.5-8 0zM20 5c-3-1.5-5.5-1.5-8 0v15c2.5-1.5 5-1.5 8 0z" /></>,
  connection: <><circle cx="5.5" cy="12" r="2.5" /><circle cx="18.5" cy="5.5" r="2.5" /><circle cx="18.5" cy="18.5" r="2.5" /><path d="m7.8 10.9 8.4-4.3M7.8 13.1l8.4 4.3" /></>,
  inbound: <><path d="M20 4 9 15M9 7v8h8" /><path d="M4 20h16" /></>,
  outbound: <><path d="M7 15 18 4M10 4h8v8" /><path d="M4 20h16" /></>,
  internal: <path d="M4 8h14l-4-4M20 16H6l4 4" />,
  play: <path d="M7 4.5v15l12-7.5z" fill="currentColor" />,
  pause: <path d="M8 5v14M16 5v14" strokeWidth="4" />,
  back: <path d="M15 5 8 12l7 7" />,
  forward: <path d="m9 5 7 7-7 7" />,
  down: <path d="m5 9 7 7 7-7" />,
  copy: <><rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2" /><path d="M15.5 8.5V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5" /></>,
  check: <path d="m4.5 12.5 5 5 10-11" />,
  eraser: <><path d="m4 15 9.5-9.5a2 2 0 0 1 2.8 0l3.2 3.2a2 2 0 0 1 0 2.8L12 19H8z" /><path d="m9.5 9.5 6 6M6 20.5h14" /></>,
  close: <path d="m5 5 14 14M19 5 5 19" />,
  plus: <path d="M12 5v14M5 12h14" />,
  lock: <><rect x="5" y="10.5" width="14" height="10" rx="2" /><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" /></>,
  key: <><circle cx="8" cy="15.5" r="4" /><path d="m11 12.5 8.5-8.5M16 7.5l3 3" /></>,
  warning: <><path d="M12 3.5 2.5 20.5h19z" /><path d="M12 10v5M12 17.8v.01" /></>,
  error: <><path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z" /><path d="M12 7.5v5.5M12 16.3v.01" /></>,
  note: <><circle cx="12" cy="12" r="9" /><path d="M12 11v5.5M12 7.6v.01" /></>,
  success: <><circle cx="12" cy="12" r="9" /><path d="m8 12.5 3 3 5.5-6.5" /></>,
  shield: <><path d="M12 3 4.5 5.5V12c0 4.5 3 7.5 7.5 9 4.5-1.5 7.5-4.5 7.5-9V5.5z" /><path d="m8.5 12 2.5 2.5 4.5-5" /></>,
  calendar: <><rect x="4" y="5.5" width="16" height="15" rx="2" /><path d="M4 10h16M8.5 3v4M15.5 3v4" /></>,
  clock: <><circle cx="12" cy="12" r="9" /><path d="M12 7v5.5l3.5 2" /></>,
  phone: <path d="M6 3h3.5l1.5 5-2.2 1.6a12 12 0 0 0 5.6 5.6L16 13l5 1.5V18a3 3 0 0 1-3 3C10.5 21 3 13.5 3 6a3 3 0 0 1 3-3z" />,
  sound: <><path d="M4 9.5v5h3.5L12 19V5L7.5 9.5z" /><path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" /></>,
  mute: <><path d="M4 9.5v5h3.5L12 19V5L7.5 9.5z" /><path d="m16 9.5 5 5M21 9.5l-5 5" /></>,
  menu: <path d="M4 6h16M4 12h16M4 18h16" />,
  link: <><path d="M10 14a4 4 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.5" /><path d="M14 10a4 4 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5" /></>,
  signOut: <path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4" />,
  building: <path d="M4 20.5V9l8-5 8 5v11.5M2.5 20.5h19M9 20.5V14h6v6.5M9 10.5h.01M15 10.5h.01" />,
  keyboard: <><rect x="2.5" y="6" width="19" height="12" rx="2" /><path d="M6 10h.01M10 10h.01M14 10h.01M18 10h.01M8 14h8" /></>,
  download: <path d="M12 4v11M7 11l5 5 5-5M4.5 20h15" />,
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 20, className }: { name: IconName; size?: number; className?: string }) {
  const shape: ReactNode = shapes[name];
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className ?? ""}`}
    >
      {shape}
    </svg>
  );
}
