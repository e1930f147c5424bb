// The words of our encryption contexts are those that the program sends.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { PURPOSE, RECORDING, REGISTRATION_PASSWORD, SPOOL, TENANT, WRAPPING } from '../src/encryption_context.js';
import { BACKSTOP_TAG } from '../src/lifecycle_rules.js';

const source = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

it('names tenant and purpose as the adapter of the key service does', () => {
  const adapter = source('crates/storage-aws/src/kms_keys.rs');
  for (const word of [TENANT, PURPOSE, RECORDING, WRAPPING]) assert.ok(adapter.includes(`("${word}"`), word);
  assert.ok(source('crates/storage-aws/src/kms_cell_key.rs').includes(`("${PURPOSE}", "${SPOOL}"`));
  assert.ok(source('crates/storage/src/key_service.rs').includes(`=> "${REGISTRATION_PASSWORD}"`));
});

it('knows every purpose the program has', () => {
  const variants = /pub enum KeySubject \{(.*?)\n\}/s.exec(source('crates/storage/src/key_service.rs'))?.[1] ?? '';
  assert.deepEqual([...variants.matchAll(/^    ([A-Z]\w+)[ ({]/gm)].map((found) => found[1]).sort(), ['ConnectionSecret', 'Recording', 'WrappingKey']);
  const secrets = /pub enum SecretPurpose \{(.*?)\n\}/s.exec(source('crates/storage/src/key_service.rs'))?.[1] ?? '';
  assert.equal([...secrets.matchAll(/^    [A-Z]\w+,/gm)].length, 1);
});

it('tags as the store does', () => {
  assert.ok(source('crates/policy/src/backstop.rs').includes(`"${BACKSTOP_TAG}"`));
});
