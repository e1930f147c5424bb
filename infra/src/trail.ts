// Who used what: CloudTrail's record of keys and objects, in a bucket that none of our roles can reach.
import { policy } from './policy_document.js';
import { arnOf, kept, ref, sub, type Resource } from './template.js';

const TRAIL_ARN = sub('arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/${Cell}');

/** The trail, its bucket and the bucket's policy by logical id. */
export function trail(): { [id: string]: Resource } {
  return {
    TrailBucket: kept({
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: sub('${Cell}-trail-${AWS::AccountId}'),
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: 'trail-kept',
              Status: 'Enabled',
              ExpirationInDays: ref('TrailDays'),
              NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            },
          ],
        },
      },
    }),
    TrailBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: ref('TrailBucket'),
        PolicyDocument: policy([
          {
            Sid: 'NothingInTheClearOnTheWire',
            Effect: 'Deny',
            Principal: '*',
            Action: ['s3:*'],
            Resource: [arnOf('TrailBucket'), sub('${TrailBucket.Arn}/*')],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            Sid: 'NobodyErases',
            Effect: 'Deny',
            Principal: '*',
            Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
            Resource: [sub('${TrailBucket.Arn}/*')],
          },
          {
            Sid: 'TheTrailLooks',
            Effect: 'Allow',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: ['s3:GetBucketAcl'],
            Resource: [arnOf('TrailBucket')],
            Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
          },
          {
            Sid: 'TheTrailWrites',
            Effect: 'Allow',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: ['s3:PutObject'],
            Resource: [sub('${TrailBucket.Arn}/AWSLogs/${AWS::AccountId}/*')],
            Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
          },
        ]),
      },
    },
    Trail: {
      Type: 'AWS::CloudTrail::Trail',
      DependsOn: ['TrailBucketPolicy'],
      Properties: {
        TrailName: ref('Cell'),
        S3BucketName: ref('TrailBucket'),
        IsLogging: true,
        EnableLogFileValidation: true,
        IncludeGlobalServiceEvents: true,
        IsMultiRegionTrail: false,
        AdvancedEventSelectors: [
          {
            // Requests to the key service are management events: each unwrapping, with its context.
            Name: 'Keys and settings',
            FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }],
          },
          {
            Name: 'Every touch of a wrapped key',
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Data'] },
              { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
              { Field: 'resources.ARN', StartsWith: [objectsPrefix('KeyBucket')] },
            ],
          },
          {
            Name: 'Every erasure, hold and tag of media',
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Data'] },
              { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
              { Field: 'resources.ARN', StartsWith: [objectsPrefix('MediaBucket'), objectsPrefix('SecondaryBucket')] },
              { Field: 'readOnly', Equals: ['false'] },
            ],
          },
        ],
      },
    },
  };
}

function objectsPrefix(bucketId: string) {
  return sub(`\${${bucketId}.Arn}/`);
}
