/** The mark of an article of the ordinance: every decision shows the one it rests on. */
export function Article({ label }: { label: string }) {
  return (
    <span className="inline-block whitespace-nowrap rounded-4 border border-blue-300 bg-blue-50 px-1.5 text-dns-14B-130 leading-6 text-blue-1000">{label}</span>
  );
}
