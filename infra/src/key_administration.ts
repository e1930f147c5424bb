// Who administers a key, of a cell or of a tenant: the account it is in.
import type { Statement } from './policy_document.js';
import { sub } from './template.js';

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
