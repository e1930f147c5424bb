// Accounts in which our templates were deployed: two cells in one account, three tenants, one of them with a key in its own account.
import { BUCKETS, ROLES, bucketId, roleId, type Bucket, type Role } from '../src/cell_names.js';
import type { Template } from '../src/template.js';
import { judge, type Context, type Request, type Rule } from './evaluate.js';
import { resolve } from './resolve.js';

/** The templates, to be changed by a test that wants to see them fail. */
export interface Templates {
  cell: Template;
  tenantKey: Template;
}

export const OURS = '111111111111';
export const CITYS = '222222222222';
export const REGION = 'ap-northeast-1';

/** The cells and the tenants each serves. `aozora` brings its own key. */
export const CELLS = { east: ['midori', 'aozora'], west: ['hikari'] } as const;
export type Cell = keyof typeof CELLS;
export type Tenant = (typeof CELLS)[Cell][number];
/** Whose keys there are: each tenant's, and each cell's own. */
export type KeyOwner = Tenant | Cell;

interface Key {
  arn: string;
  account: string;
  rules: Rule[];
}

/** All there is, and who may do what. */
export class Cloud {
  private readonly identities = new Map<string, Rule[]>();
  private readonly bucketRules = new Map<string, Rule[]>();
  private readonly keys = new Map<KeyOwner, Key>();

  constructor(templates: Templates) {
    for (const cell of Object.keys(CELLS) as Cell[]) {
      const cells = resolve(templates.cell, {
        Cell: cell,
        'AWS::AccountId': OURS,
        'AWS::Region': REGION,
        'AWS::Partition': 'aws',
      });
      for (const role of ROLES) {
        const policies = cells[roleId(role)]?.['Policies'] as { PolicyDocument: { Statement: Rule[] } }[];
        this.identities.set(this.role(cell, role), policies.flatMap((one) => one.PolicyDocument.Statement));
      }
      for (const bucket of BUCKETS) {
        const document = cells[`${bucketId(bucket)}Policy`]?.['PolicyDocument'] as { Statement: Rule[] };
        this.bucketRules.set(this.bucket(cell, bucket), document.Statement);
      }
      const own = cells['CellKey']?.['KeyPolicy'] as { Statement: Rule[] };
      const arn = `arn:aws:kms:${REGION}:${OURS}:key/${cell}-cell`;
      this.keys.set(cell, { arn, account: OURS, rules: own.Statement });
      for (const tenant of CELLS[cell]) {
        const account = tenant === 'aozora' ? CITYS : OURS;
        const made = resolve(templates.tenantKey, {
          Tenant: tenant,
          WorkerRole: this.role(cell, 'worker'),
          ApiRole: this.role(cell, 'api'),
          EraserRole: this.role(cell, 'eraser'),
          MediaBucket: this.bucket(cell, 'media'),
          SecondaryBucket: this.bucket(cell, 'secondary'),
          KeyBucket: this.bucket(cell, 'keys'),
          'AWS::AccountId': account,
          'AWS::Region': REGION,
          'AWS::Partition': 'aws',
        });
        const document = made['Key']?.['KeyPolicy'] as { Statement: Rule[] };
        this.keys.set(tenant, { arn: `arn:aws:kms:${REGION}:${account}:key/${tenant}`, account, rules: document.Statement });
      }
    }
    const everything = (action: string): Rule => ({ Sid: 'All', Effect: 'Allow', Action: [action], Resource: ['*'] });
    for (const account of [OURS, CITYS]) {
      this.identities.set(this.administrator(account), ['s3:*', 'kms:*'].map(everything));
    }
  }

  role(cell: Cell, role: Role): string {
    return `arn:aws:iam::${OURS}:role/${cell}-${role}`;
  }

  /** Somebody to whom an account gave everything that S3 and KMS know. */
  administrator(account: string): string {
    return `arn:aws:iam::${account}:role/administrator`;
  }

  bucket(cell: Cell, bucket: Bucket): string {
    return `${cell}-${bucket}-${OURS}`;
  }

  cellOf(tenant: Tenant): Cell {
    return tenant === 'hikari' ? 'west' : 'east';
  }

  /** A request to S3 over TLS, on the bucket itself or on an object. */
  s3(who: string, action: string, bucket: string, object?: string, context: Context = {}): boolean {
    const resource = `arn:aws:s3:::${bucket}${object === undefined ? '' : `/${object}`}`;
    const request: Request = { principal: who, action, resource, context: { ...this.told(who), ...context } };
    const identity = judge(this.identities.get(who) ?? [], request);
    const own = judge(this.bucketRules.get(bucket) ?? [], request);
    const account = who.split(':')[4];
    return identity !== 'refused' && own !== 'refused' && account === OURS && (identity === 'allowed' || own === 'allowed');
  }

  /** A request to the key service about a tenant's key. */
  kms(who: string, action: string, tenant: KeyOwner, context: Context = {}): boolean {
    const key = this.keys.get(tenant);
    if (key === undefined) throw new Error(`no key of ${tenant}`);
    const told = { ...this.told(who), 'aws:ResourceAccount': key.account, ...context };
    const request: Request = { principal: who, action, resource: key.arn, context: told };
    const identity = judge(this.identities.get(who) ?? [], request);
    const direct = judge(key.rules, request);
    const account = String(who.split(':')[4]);
    // A key's policy that names an account leaves it to that account's identity policies.
    const delegated = judge(key.rules, { ...request, principal: `arn:aws:iam::${account}:root` });
    if ([identity, direct, delegated].includes('refused')) return false;
    if (direct === 'allowed' && account === key.account) return true;
    return (direct === 'allowed' || delegated === 'allowed') && identity === 'allowed';
  }

  /** The key service asked by S3 on somebody's behalf: media share a bucket key, wrapped keys do not. */
  private throughS3(who: string, action: string, tenant: KeyOwner, bucket: string, object: string): boolean {
    const place = bucket.includes('-keys-') ? `${bucket}/${object}` : bucket;
    return this.kms(who, action, tenant, {
      'kms:ViaService': `s3.${REGION}.amazonaws.com`,
      'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${place}`,
    });
  }

  /** Creates an object as our adapter does: encrypted under the tenant's key, and only if nothing is there. */
  put(who: string, bucket: string, object: string, tenant: KeyOwner, change: Context = {}): boolean {
    const context: Context = {
      's3:x-amz-server-side-encryption': 'aws:kms',
      's3:x-amz-server-side-encryption-aws-kms-key-id': String(this.keys.get(tenant)?.arn),
      's3:if-none-match': '*',
      's3:ObjectCreationOperation': 'true',
      ...change,
    };
    const present = Object.fromEntries(Object.entries(context).filter(([, value]) => value !== ''));
    return (
      this.s3(who, 's3:PutObject', bucket, object, present) &&
      this.throughS3(who, 'kms:GenerateDataKey', tenant, bucket, object)
    );
  }

  /** HEAD: what is there, without its octets. */
  head(who: string, bucket: string, object: string): boolean {
    return this.s3(who, 's3:GetObject', bucket, object);
  }

  /** The octets of an object. */
  read(who: string, bucket: string, object: string, tenant: KeyOwner): boolean {
    return (
      ['s3:GetObject', 's3:GetObjectVersion'].some((action) => this.s3(who, action, bucket, object)) &&
      this.throughS3(who, 'kms:Decrypt', tenant, bucket, object)
    );
  }

  /** A data key unwrapped, by somebody who has it wrapped. */
  unwrap(who: string, tenant: Tenant, purpose: string, named: string = tenant): boolean {
    return this.kms(who, 'kms:Decrypt', tenant, dataKey(named, purpose));
  }

  /** A spool key made and opened again under a cell's own key. */
  spool(who: string, cell: Cell): { made: boolean; opened: boolean } {
    const context = { 'kms:EncryptionContext:purpose': 'spool' };
    return { made: this.kms(who, 'kms:GenerateDataKey', cell, context), opened: this.kms(who, 'kms:Decrypt', cell, context) };
  }

  /** A data key made. */
  generate(who: string, tenant: Tenant, purpose: string, named: string = tenant): boolean {
    return this.kms(who, 'kms:GenerateDataKey', tenant, dataKey(named, purpose));
  }

  /** A sealed recording opened from the buckets: its wrapped key fetched, unwrapped, its media read. */
  open(who: string, cell: Cell, tenant: Tenant): boolean {
    return (
      this.read(who, this.bucket(cell, 'keys'), `${tenant}/019a00/r/key`, tenant) &&
      this.unwrap(who, tenant, 'recording') &&
      (['media', 'secondary'] as const).some((bucket) =>
        this.read(who, this.bucket(cell, bucket), `${tenant}/019a00/r/segment-00000.e0`, tenant),
      )
    );
  }

  private told(who: string): Context {
    return {
      'aws:SecureTransport': 'true',
      's3:TlsVersion': '1.3',
      'aws:PrincipalArn': who,
      'aws:PrincipalAccount': String(who.split(':')[4]),
    };
  }
}

function dataKey(tenant: string, purpose: string): Context {
  return { 'kms:EncryptionContext:tenant': tenant, 'kms:EncryptionContext:purpose': purpose };
}
