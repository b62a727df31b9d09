#!/usr/bin/env bash
# Packs the package, installs it in an empty folder as a stranger would, and uses every door of it:
# the command, the library and a copied example. Fails at the first that does not open.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$root"
npm pack --silent --pack-destination "$folder" >/dev/null
tarball=$(ls "$folder"/kernelcheck-*.tgz)
echo "packed $(basename "$tarball"): $(du -k "$tarball" | cut -f1) KiB, $(tar -tzf "$tarball" | wc -l) files"

contents=$(tar -tzf "$tarball")
if unwanted=$(grep -E '\.test\.|\.tsbuildinfo$|^package/(bench|scripts|node_modules)/' <<<"$contents"); then
  echo "the package holds files that it should not:" >&2
  echo "$unwanted" >&2
  exit 1
fi

mkdir "$folder/stranger"
cd "$folder/stranger"
echo '{ "name": "stranger", "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent "$tarball"

echo '$ npx kernelcheck list --json'
npx --no-install kernelcheck list --json >list.json
node -e 'JSON.parse(require("node:fs").readFileSync("list.json", "utf8"))'

echo '$ npx kernelcheck check monolithic'
npx --no-install kernelcheck check monolithic --workloads 200 --seed 1 --quiet

echo '$ npx kernelcheck modules plan btrfs'
npx --no-install kernelcheck modules plan btrfs
npx --no-install kernelcheck modules graph btrfs >btrfs.svg
grep -q '<svg' btrfs.svg

echo '$ node library.mjs'
cat >library.mjs <<'JS'
import * as kernelcheck from 'kernelcheck';

if (typeof kernelcheck.defineKernel !== 'function') throw new Error('defineKernel is not exported');
console.log(`${Object.keys(kernelcheck).length} exports`);
JS
node library.mjs

echo '$ npx kernelcheck check my-kernel.ts'
cp node_modules/kernelcheck/examples/first-kernel.ts my-kernel.ts
npx --no-install kernelcheck check my-kernel.ts --workloads 200 --seed 1 --quiet

echo '$ tsc my-kernel.ts'
"$root/node_modules/.bin/tsc" --noEmit --strict --target es2023 --module nodenext \
  --skipLibCheck --ignoreConfig my-kernel.ts

echo 'the packed package works'
