// Writes the templates into the folder `templates`; with `--check`, only says whether they are current.
import { readFileSync, writeFileSync } from 'node:fs';
import { templates } from './templates.js';

const check = process.argv.includes('--check');
for (const [file, text] of Object.entries(templates())) {
  const place = new URL(`../../templates/${file}`, import.meta.url);
  if (!check) {
    writeFileSync(place, text);
  } else if (readFileSync(place, 'utf8') !== text) {
    console.error(`infra/templates/${file} is not what the code makes: run make fix`);
    process.exitCode = 1;
  }
}
