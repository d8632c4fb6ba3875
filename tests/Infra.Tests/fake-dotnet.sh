#!/usr/bin/env bash
# Stands in for dotnet in the tests of infra/deploy.sh. Writes what it gets to the file FAKE_DOTNET_CALLS. FAKE_DOTNET_VERSION is the version
# of the working tree, and FAKE_DOTNET_TEST the exit code of the end-to-end tests.
set -euo pipefail
echo "$FUNCCOMET_URL ${FUNCCOMET_KEY:-} $*" >> "$FAKE_DOTNET_CALLS"
case "$1" in
  msbuild) echo "$FAKE_DOTNET_VERSION" ;;
  test) exit "${FAKE_DOTNET_TEST:-0}" ;;
esac
