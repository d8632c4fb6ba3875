#!/usr/bin/env bash
# Stands in for the Azure CLI in the tests of infra/deploy.sh. Writes its arguments to the file FAKE_AZ_CALLS, and answers as az does.
# FAKE_AZ_UPLOADS says how the uploads end, in turn: partial, unavailable, hang, or ok, which all others do.
set -euo pipefail
echo "$*" >> "$FAKE_AZ_CALLS"
case "$*" in
  "resource show "*)
    if [ "${FAKE_AZ_APP:-there}" != there ]; then
      echo "ERROR: (ResourceNotFound) The Resource 'Microsoft.Web/sites/gone' under resource group 'funccomet' was not found." >&2
      exit 3
    fi
    echo "app.invalid"
    ;;
  "functionapp deployment source config-zip "*)
    read -ra outcomes <<< "${FAKE_AZ_UPLOADS:-}"
    upload=$(grep -c config-zip "$FAKE_AZ_CALLS")
    echo "WARNING: Starting zip deployment. This operation can take a while to complete ..." >&2
    case "${outcomes[upload - 1]:-ok}" in
      # As reported in azure-cli issue 33184.
      partial)
        echo 'WARNING: Deployment endpoint responded with status code 202 for deployment id "00000000-0000-0000-0000-000000000000"' >&2
        echo 'ERROR: Deployment was partially successful. These are the deployment logs:' >&2
        echo '[{"message": "[Kudu-ExtractZipStep] completed.", "type": 0}]' >&2
        exit 1
        ;;
      # As reported in functions-action issue 390.
      unavailable)
        echo "ERROR: Site Unavailable (CODE: 503)" >&2
        exit 1
        ;;
      hang) sleep 600 ;;
    esac
    ;;
  "functionapp keys list "*) echo "$FAKE_AZ_KEY" ;;
  *)
    echo "ERROR: '$*' is misspelled or not recognized by the system." >&2
    exit 2
    ;;
esac
