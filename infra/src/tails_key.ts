// The cell's own key, for what is of no tenant: the tails of the spools, each call in them encrypted under its own key already.
import { bucketArn, roleArn } from './cell_names.js';
import { contextOf, S3_OBJECT } from './encryption_context.js';
import { policy, type Condition, type Statement } from './policy_document.js';
import { kept, ref, sub, type Resource } from './template.js';

/** The logical id of the key. */
export const TAILS_KEY = 'TailsKey';

/** Only through S3 of this region, for the media bucket. */
const THROUGH_S3: Condition = {
  StringEquals: { 'kms:ViaService': sub('s3.${AWS::Region}.amazonaws.com') },
  ArnEquals: { [contextOf(S3_OBJECT)]: [bucketArn('media')] },
};

function worker(sid: string, action: string): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: roleArn('worker') },
    Action: [action],
    Resource: ['*'],
    Condition: THROUGH_S3,
  };
}

const STATEMENTS: Statement[] = [
  {
    // Who administers the key cannot use it.
    Sid: 'TheAccountAdministers',
    Effect: 'Allow',
    Principal: { AWS: sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') },
    Action: [
      'kms:DescribeKey',
      'kms:Get*',
      'kms:List*',
      'kms:PutKeyPolicy',
      'kms:UpdateAlias',
      'kms:CreateAlias',
      'kms:DeleteAlias',
      'kms:EnableKey',
      'kms:DisableKey',
      'kms:EnableKeyRotation',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:ScheduleKeyDeletion',
      'kms:CancelKeyDeletion',
    ],
    Resource: ['*'],
  },
  worker('WorkerEncryptsTails', 'kms:GenerateDataKey'),
  worker('WorkerReadsTails', 'kms:Decrypt'),
];

/** The key and its alias by logical id. The roles must be there before a policy may name them. */
export function tailsKey(): { [id: string]: Resource } {
  return {
    [TAILS_KEY]: kept({
      Type: 'AWS::KMS::Key',
      DependsOn: ['WorkerRole'],
      Properties: {
        Description: sub('Rokuon: tails of the spools of ${Cell}'),
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyUsage: 'ENCRYPT_DECRYPT',
        EnableKeyRotation: true,
        RotationPeriodInDays: 365,
        PendingWindowInDays: 30,
        MultiRegion: false,
        KeyPolicy: policy(STATEMENTS),
      },
    }),
    TailsKeyAlias: kept({
      Type: 'AWS::KMS::Alias',
      Properties: { AliasName: sub('alias/${Cell}-tails'), TargetKeyId: ref(TAILS_KEY) },
    }),
  };
}
