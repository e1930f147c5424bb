/** The product's mark: the two sides of a call. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden="true" focusable="false" width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <rect width="32" height="32" rx="7" fill="#0017c1" />
      <g stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
        <path d="M7 13v-2M12 14V7M17 14v-4M22 13V8.5M26 12.5v-1" />
      </g>
      <g stroke="#9db7f9" strokeWidth="2.6" strokeLinecap="round">
        <path d="M7 20.5v-1M12 23v-4M17 25v-6.5M22 22.5v-4M26 20.5v-1" />
      </g>
    </svg>
  );
}
