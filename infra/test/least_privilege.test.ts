// Every sentence holds of the templates, and every mistake against it is found.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cellTemplate } from '../src/cell.js';
import { tenantKeyTemplate } from '../src/tenant_key.js';
import { Cloud, type Templates } from './cloud.js';
import { SENTENCES } from './sentences.js';
import { TENANT_SENTENCES } from './tenant_sentences.js';

function copy(): Templates {
  return { cell: structuredClone(cellTemplate()), tenantKey: structuredClone(tenantKeyTemplate()) };
}

for (const { says, exceptions, mistakes } of [...SENTENCES, ...TENANT_SENTENCES]) {
  describe(says, () => {
    it('holds', () => assert.deepEqual(exceptions(new Cloud(copy())), []));
    for (const [name, spoil] of Object.entries(mistakes)) {
      it(`would be missed by: ${name}`, () => {
        const templates = copy();
        spoil(templates);
        assert.notDeepEqual(exceptions(new Cloud(templates)), []);
      });
    }
  });
}
