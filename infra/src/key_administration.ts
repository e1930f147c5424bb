// What a cell's key and a tenant's have in common: how it is made and kept, and who administers it, the account it is in.
import { policy, type Statement } from './policy_document.js';
import { kept, ref, sub, type Resource, type Text, type Value } from './template.js';

/** Who administers a key cannot use it. They could rewrite this policy; the trail would show it. */
export function administeredByItsAccount(sid: string): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') },
    Action: [
      'kms:DescribeKey',
      'kms:Get*',
      'kms:List*',
      'kms:PutKeyPolicy',
      'kms:UpdateKeyDescription',
      'kms:UpdateAlias',
      'kms:CreateAlias',
      'kms:DeleteAlias',
      'kms:EnableKey',
      'kms:DisableKey',
      'kms:EnableKeyRotation',
      'kms:DisableKeyRotation',
      'kms:RotateKeyOnDemand',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:ScheduleKeyDeletion',
      'kms:CancelKeyDeletion',
    ],
    Resource: ['*'],
  };
}

/** A key as all of ours are: it turns once a year, and whoever would erase it has thirty days to think better of it. */
export function keptKey(
  description: Text,
  statements: Statement[],
  { after, tags }: { after?: string; tags?: Value } = {},
): Resource {
  return kept({
    Type: 'AWS::KMS::Key',
    ...(after && { DependsOn: [after] }),
    Properties: {
      Description: description,
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      EnableKeyRotation: true,
      RotationPeriodInDays: 365,
      PendingWindowInDays: 30,
      MultiRegion: false,
      ...(tags && { Tags: tags }),
      KeyPolicy: policy(statements),
    },
  });
}

/** The name a key goes by. */
export function aliasOf(key: string, name: Text): Resource {
  return kept({ Type: 'AWS::KMS::Alias', Properties: { AliasName: name, TargetKeyId: ref(key) } });
}
