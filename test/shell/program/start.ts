import { readFileSync } from 'node:fs';
import { main } from '../../../src/main.ts';
import type { PackageInfo } from '../../../src/package-info.ts';

const root = import.meta.dirname;
const pkg = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as PackageInfo;
main(process.argv.slice(2), { bin: process.env.BIN ?? 'mcs', root, pkg });
