/** Telephone numbers as people write them. Digits in, hyphens out; a number of no known shape stays as it is. */

/** Areas whose code is always three digits; in the other 0xx areas only some numbers are (the fourth digit tells). */
const THREE_DIGITS = new Set("011 022 042 043 044 045 047 048 049 052 072 075 078 082 092 093".split(" "));
const THREE_DIGITS_BY_FOURTH = new Set(
  "0177 0178 0188 0196 0197 0236 0245 0249 0252 0262 0272 0286 0292 0298 0462 0468 0534 0542 0546 0552 0559 0582 0592 0593 0734 0762 0764 0775 0792 0794 0832 0839 0849 0862 0864 0869 0878 0886 0888 0899 0958 0963 0975 0988 0989 0992".split(" "),
);

export function telephone(digits: string): string {
  if (!/^0\d{8,10}$/.test(digits)) return digits;
  const cut = (...lengths: number[]): string => {
    let at = 0;
    return lengths.map((length) => digits.slice(at, (at += length))).join("-");
  };
  if (digits.length === 11) return cut(3, 4, 4);
  if (digits.length !== 10) return digits;
  if (/^0(120|800|570|990)/.test(digits)) return cut(4, 3, 3);
  if (/^0[36]/.test(digits)) return cut(2, 4, 4);
  if (THREE_DIGITS.has(digits.slice(0, 3)) || THREE_DIGITS_BY_FOURTH.has(digits.slice(0, 4))) return cut(3, 3, 4);
  return cut(4, 2, 4);
}
