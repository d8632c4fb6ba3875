#!/bin/sh
# Waits until the app that was deployed serves: FUNCCOMET_URL is an output of main.bicep.
set -eu
if ! curl --silent --show-error --fail --output /dev/null --max-time 30 --retry 90 --retry-delay 10 --retry-max-time 900 --retry-all-errors "$FUNCCOMET_URL/api/health"; then
  echo "It did not within 15 minutes. A role that was not seen yet when it read its keys? Let it read them again (docs/operations.md, 'When it does not serve'), and run this once more." >&2
  exit 1
fi
echo "FuncComet serves at $FUNCCOMET_URL/api"
