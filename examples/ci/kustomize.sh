#!/usr/bin/env bash
# Validates what kustomize makes of two overlays. One cluster is read from standard input, the others from folders.
set -euo pipefail

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
kustomize build overlays/east > "$rendered/east.yaml"
kustomize build overlays/west | mcs validate --dir "east=$rendered" --dir west=- --fail-on error
