// The template of a cell: buckets, their policies, the three roles, and the trail of who used them.
import { bucketPolicies } from './bucket_policies.js';
import { BUCKETS, bucketId, roleArn, roleId, ROLES } from './cell_names.js';
import { buckets } from './buckets.js';
import { CELL_KEY, cellKey } from './cell_key.js';
import { roles } from './roles.js';
import { arnOf, ref, type Template } from './template.js';
import { trail } from './trail.js';

/** The whole template. */
export function cellTemplate(): Template {
  const outputs: Template['Outputs'] = {};
  for (const bucket of BUCKETS) {
    outputs[bucketId(bucket)] = { Description: `Name of bucket ${bucket}`, Value: ref(bucketId(bucket)) };
  }
  for (const role of ROLES) {
    outputs[roleId(role)] = { Description: `ARN of the ${role}'s role`, Value: roleArn(role) };
  }
  outputs[CELL_KEY] = { Description: 'ARN of the key of the cell: setting cell_key', Value: arnOf(CELL_KEY) };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Rokuon: buckets and roles of a cell, the cities that share one set of processes',
    Parameters: {
      Cell: {
        Type: 'String',
        Description: 'Name of the cell; buckets and roles are named after it',
        Default: 'rokuon',
        AllowedPattern: '[a-z][a-z0-9-]{2,30}',
      },
      RunOn: {
        Type: 'String',
        Description: 'Where the processes run: Pod Identity of EKS, or tasks of ECS',
        Default: 'pods.eks.amazonaws.com',
        AllowedValues: ['pods.eks.amazonaws.com', 'ecs-tasks.amazonaws.com'],
      },
      TrailDays: {
        Type: 'Number',
        Description: 'Days the record of who used keys and objects is kept',
        Default: 1_096,
        MinValue: 365,
      },
    },
    Resources: { ...buckets(), ...bucketPolicies(), ...roles(), ...cellKey(), ...trail() },
    Outputs: outputs,
  };
}
