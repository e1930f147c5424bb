// What S3 does by itself: cleans up after broken uploads, and is the backstop where our own erasure failed.
import { readFileSync } from 'node:fs';
import type { Value } from './template.js';

/**
 * The backstop classes of the policies in `policies/`: `d35` is erased 35 days after it was put. The classes and their margin
 * are `crates/policy/src/backstop.rs`; a house rule compares this file with it. The rules are those of `rokuon storage apply`.
 */
const CLASSES = JSON.parse(
  readFileSync(new URL('../../backstop-classes.json', import.meta.url), 'utf8'),
) as string[];

/** The tag that holds the class. */
export const BACKSTOP_TAG = 'rokuon-backstop';

/**
 * A version under legal hold is not erased by any rule; but expiry would hide it behind a marker, so what is held carries no
 * class. An expired version becomes non-current first and goes a day later.
 */
function backstop(name: string): Value {
  return {
    Id: `rokuon-backstop-${name}`,
    Status: 'Enabled',
    TagFilters: [{ Key: BACKSTOP_TAG, Value: name }],
    ExpirationInDays: Number(name.slice(1)),
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  };
}

/** The rules, the same in each bucket. What has no class is touched by none of them. */
export function lifecycleRules(): Value[] {
  return [
    { Id: 'rokuon-abort-uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    { Id: 'rokuon-drop-markers', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
    ...CLASSES.map(backstop),
  ];
}
