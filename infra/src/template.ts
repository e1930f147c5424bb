// The form of a CloudFormation template, as far as ours use it.

/** A value that CloudFormation fills in when the stack is made. */
export type Filled = { Ref: string } | { 'Fn::Sub': string } | { 'Fn::GetAtt': [string, string] };

/** A text, or a value that becomes one. */
export type Text = string | Filled;

/** What a resource's property may hold. */
export type Value = string | number | boolean | Value[] | { [name: string]: Value };

/** Something a person who makes the stack is asked for. */
export interface Parameter {
  Type: 'String' | 'Number' | 'CommaDelimitedList';
  Description: string;
  Default?: string | number;
  AllowedPattern?: string;
  AllowedValues?: string[];
  MinValue?: number;
}

/** One thing of AWS. What holds recordings or keys outlives its stack: `keep`. */
export interface Resource {
  Type: string;
  Properties: { [name: string]: Value };
  DeletionPolicy?: 'Retain';
  UpdateReplacePolicy?: 'Retain';
  DependsOn?: string[];
}

/** A whole template. */
export interface Template {
  AWSTemplateFormatVersion: '2010-09-09';
  Description: string;
  Parameters: { [name: string]: Parameter };
  Conditions?: { [name: string]: Value };
  Resources: { [name: string]: Resource };
  Outputs: { [name: string]: { Description: string; Value: Text } };
}

/** The value of a parameter, or the name of a resource. */
export function ref(name: string): { Ref: string } {
  return { Ref: name };
}

/** A text with `${…}` filled in. */
export function sub(text: string): { 'Fn::Sub': string } {
  return { 'Fn::Sub': text };
}

/** The ARN of a resource of the same template. */
export function arnOf(resource: string): { 'Fn::GetAtt': [string, string] } {
  return { 'Fn::GetAtt': [resource, 'Arn'] };
}

/** A resource that stays when its stack is erased or it would be replaced. */
export function kept(resource: Resource): Resource {
  return { ...resource, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
}
