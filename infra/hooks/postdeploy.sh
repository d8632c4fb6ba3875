#!/bin/sh
# Waits until the app that was deployed serves: FUNCCOMET_URL is an output of main.bicep.
set -eu
curl --silent --show-error --fail --output /dev/null --max-time 30 --retry 30 --retry-delay 10 --retry-all-errors "$FUNCCOMET_URL/api/health"
echo "FuncComet serves at $FUNCCOMET_URL/api"
