#!/bin/sh
# Waits until the deployed app answers. FUNCCOMET_URL is an output of main.bicep.
set -eu
if ! curl --silent --show-error --fail --output /dev/null --max-time 30 --retry 90 --retry-delay 10 --retry-max-time 900 --retry-all-errors "$FUNCCOMET_URL/api/health"; then
  echo "The app did not answer within 15 minutes. Perhaps it read its keys before its role took effect. Make it read them again (docs/operations.md, 'When it does not serve') and run this script once more." >&2
  exit 1
fi
echo "FuncComet serves at $FUNCCOMET_URL/api"
