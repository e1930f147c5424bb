// The three buckets of a cell: versioned, lockable, encrypted, closed to the public.
import { BUCKETS, bucketId, bucketName, type Bucket } from './cell_names.js';
import { lifecycleRules } from './lifecycle_rules.js';
import { kept, type Resource } from './template.js';

/**
 * Every object is encrypted under its tenant's own key, named by the writer; the bucket's policy refuses one that is not.
 * Media share S3's bucket keys (a request to the key service an hour instead of one an object). Wrapped keys do not: there each
 * request names the object, and a tenant's key can insist on the tenant's own prefix.
 */
function bucket(which: Bucket): Resource {
  return kept({
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: bucketName(which),
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: which !== 'keys', ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
      // No default retention: objects are held one by one, by legal hold, and never for a term (COMPLIANCE).
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: 'Enabled' },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: { Rules: lifecycleRules() },
      Tags: [{ Key: 'rokuon-bucket', Value: which }],
    },
  });
}

/** The bucket resources by logical id. */
export function buckets(): { [id: string]: Resource } {
  return Object.fromEntries(BUCKETS.map((which) => [bucketId(which), bucket(which)]));
}
