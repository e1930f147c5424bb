// How each bucket and each key is made, and that CloudFormation takes the templates.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BUCKETS, bucketId } from '../src/cell_names.js';
import { cellTemplate } from '../src/cell.js';
import type { Resource } from '../src/template.js';
import { templates } from '../src/templates.js';
import { tenantKeyTemplate } from '../src/tenant_key.js';
import { OURS, REGION } from './cloud.js';
import { resolve } from './resolve.js';

/** Properties as they would be made; what is missing fails the test that looks for it. */
type Made = { [name: string]: any };

type Rule = {
  Id: string;
  Status: string;
  TagFilters?: { Key: string; Value: string }[];
  ExpirationInDays?: number;
  NoncurrentVersionExpiration?: { NoncurrentDays: number };
};

const cell = cellTemplate();
const tenantKey = tenantKeyTemplate();
const environment = { 'AWS::AccountId': OURS, 'AWS::Region': REGION, 'AWS::Partition': 'aws' };
const holding: [string, Resource][] = [
  ...[...BUCKETS.map(bucketId), 'TrailBucket'].map((id): [string, Resource] => [id, cell.Resources[id] as Resource]),
  ['Key', tenantKey.Resources['Key'] as Resource],
];

describe('what holds recordings or keys', () => {
  for (const [id, resource] of holding) {
    it(`${id} outlives its stack`, () => {
      assert.equal(resource.DeletionPolicy, 'Retain');
      assert.equal(resource.UpdateReplacePolicy, 'Retain');
    });
  }
});

for (const bucket of BUCKETS) {
  describe(`bucket ${bucket}`, () => {
    const properties = resolve(cell, { ...environment, Cell: 'east' })[bucketId(bucket)] as Made;
    it('keeps versions, takes legal holds, and locks nothing for a term by itself', () => {
      assert.deepEqual(properties['VersioningConfiguration'], { Status: 'Enabled' });
      assert.equal(properties['ObjectLockEnabled'], true);
      assert.equal(properties['ObjectLockConfiguration'], undefined);
    });
    it('encrypts by KMS; a request a wrapped key, so that the tenant’s prefix counts', () => {
      const [rule] = properties['BucketEncryption']['ServerSideEncryptionConfiguration'] as [{ [name: string]: unknown }];
      assert.deepEqual(rule['ServerSideEncryptionByDefault'], { SSEAlgorithm: 'aws:kms' });
      assert.equal(rule['BucketKeyEnabled'], bucket !== 'keys');
    });
    it('is closed to the public and knows no lists of its own', () => {
      const closed = Object.values(properties['PublicAccessBlockConfiguration'] as { [name: string]: boolean });
      assert.deepEqual(closed, [true, true, true, true]);
      assert.deepEqual(properties['OwnershipControls'], { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
    });
    it('has rules that touch tagged objects only, each by its class’s days', () => {
      const rules = properties['LifecycleConfiguration']['Rules'] as Rule[];
      const erasing = rules.filter((rule) => rule.ExpirationInDays ?? rule.NoncurrentVersionExpiration);
      assert.ok(erasing.length > 0);
      for (const rule of erasing) {
        assert.equal(rule.TagFilters?.length, 1, rule.Id);
        assert.equal(rule.TagFilters?.[0]?.Key, 'rokuon-backstop');
        assert.equal(rule.TagFilters?.[0]?.Value, `d${rule.ExpirationInDays}`);
      }
      assert.ok(rules.every((rule) => rule.Status === 'Enabled'));
      assert.equal(new Set(rules.map((rule) => rule.Id)).size, rules.length);
    });
  });
}

describe('a tenant’s key', () => {
  const properties = tenantKey.Resources['Key']?.Properties ?? {};
  it('is renewed each year and waits thirty days before it goes', () => {
    assert.equal(properties['EnableKeyRotation'], true);
    assert.equal(properties['RotationPeriodInDays'], 365);
    assert.equal(properties['PendingWindowInDays'], 30);
  });
});

describe('a role', () => {
  it('is taken on only by its own service account in its own account', () => {
    const made = resolve(cell, { ...environment, Cell: 'east' });
    for (const role of ['worker', 'api', 'eraser']) {
      const properties = made[`${role[0]?.toUpperCase()}${role.slice(1)}Role`] as Made;
      const [statement] = properties['AssumeRolePolicyDocument']['Statement'] as [Made];
      assert.deepEqual(statement['Principal'], { Service: 'pods.eks.amazonaws.com' });
      assert.equal(statement['Condition']['StringEquals']['aws:SourceAccount'], OURS);
      const account = statement['Condition']['StringEqualsIfExists']['aws:RequestTag/kubernetes-service-account'];
      assert.equal(account, `east-${role}`);
    }
  });
});

describe('the trail', () => {
  it('sees every touch of a wrapped key and every change of media', () => {
    const made = resolve(cell, { ...environment, Cell: 'east' });
    const selectors = made['Trail']?.['AdvancedEventSelectors'] as { FieldSelectors: { [name: string]: unknown }[] }[];
    const [, keys, media] = selectors.map((selector) => selector.FieldSelectors);
    assert.deepEqual(keys?.at(-1), { Field: 'resources.ARN', StartsWith: [`arn:aws:s3:::east-keys-${OURS}/`] });
    assert.ok(!keys?.some((field) => field['Field'] === 'readOnly'));
    assert.deepEqual(media?.at(-1), { Field: 'readOnly', Equals: ['false'] });
    assert.equal(made['Trail']?.['EnableLogFileValidation'], true);
  });
});

describe('the templates', () => {
  it('are small enough to be handed in as they are', () => {
    for (const [file, text] of Object.entries(templates())) {
      assert.ok(Buffer.byteLength(text) <= 51_200, `${file}: ${Buffer.byteLength(text)} octets`);
    }
  });
  it('have policies within what IAM, S3 and KMS take', () => {
    const made = resolve(cell, { ...environment, Cell: 'c'.repeat(31) });
    for (const [id, properties] of Object.entries(made)) {
      const length = (document: unknown) => JSON.stringify(document ?? '').length;
      const own = (properties['Policies'] ?? []) as { PolicyDocument: unknown }[];
      assert.ok(own.reduce((sum, one) => sum + length(one.PolicyDocument), 0) <= 10_240, id);
      assert.ok(length(properties['PolicyDocument']) <= 20_480, id);
      assert.ok(length(properties['KeyPolicy']) <= 32_768, id);
    }
  });
  it('name no tenant', () => {
    const text = Object.values(templates()).join('');
    const policies = readdirSync(new URL('../../../policies', import.meta.url)).filter((file) => file.endsWith('.toml'));
    const named = policies.map((file) => file.slice(0, -'.toml'.length));
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((tenant) => text.includes(tenant)),
      [],
    );
  });
});
