// The templates by file name, as text.
import { cellTemplate } from './cell.js';
import { tenantKeyTemplate } from './tenant_key.js';

const WIDEST = 140;

/** JSON with what fits on one line on one line: read easily, and short (CloudFormation takes 51,200 octets as they are). */
function text(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + flat.length <= WIDEST) return flat;
  const deeper = `${indent} `;
  const lines = Array.isArray(value)
    ? value.map((inner) => deeper + text(inner, deeper))
    : Object.entries(value).map(([name, inner]) => `${deeper}${JSON.stringify(name)}: ${text(inner, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

/** What stands in the folder `templates`. */
export function templates(): { [file: string]: string } {
  return { 'cell.json': `${text(cellTemplate())}\n`, 'tenant-key.json': `${text(tenantKeyTemplate())}\n` };
}
