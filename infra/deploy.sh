#!/usr/bin/env bash
# Deploys the function app and checks that it serves:
#
#   infra/deploy.sh app.zip    deploys the package, what `dotnet publish` has made of src/Functions, and checks
#   infra/deploy.sh            only checks, and expects the version of this working tree: what `azd deploy` runs afterwards
#
# Environment:
#   AZURE_RESOURCE_GROUP, FUNCCOMET_APP   the app. FUNCCOMET_APP is an output of main.bicep. azd sets both
#   FUNCCOMET_URL    where clients reach the app, if that is not its own address, as with a Front Door
#   FUNCCOMET_KEY    a function key. By default, Azure is asked for one
#   FUNCCOMET_SUITE  "no" leaves the end-to-end tests out. They need the .NET SDK
#
# Needs the Azure CLI, signed in, and bash, curl 7.84, unzip and coreutils, which Azure Cloud Shell and GitHub's runners have. The last line
# says "Done" or "Failed". Whatever failed, the script can run again.
set -euo pipefail

# Seconds, unless the name says otherwise. Tests set some of them.
uploads=3                                    # how often the upload is tried: on Flex Consumption it fails now and then (azure-cli issue 33184)
upload_limit=${DEPLOY_UPLOAD_LIMIT:-600}
call_limit=120                               # of any other request to Azure
serve_limit=${DEPLOY_SERVE_LIMIT:-900}       # until the new version serves. Roles of a first deployment take up to ten minutes
answers=30                                   # in a row that come from the new version. Azure does not tell when a rolling update is done
suite_limit=1200
pause=${DEPLOY_PAUSE:-1}                     # between two answers; ten times as long between two tries of a request to Azure

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

step() { echo "== $*"; }
fail() {
  echo "Failed: $*" >&2
  exit 1
}
trap 'fail "line $LINENO of infra/deploy.sh ended with $?"' ERR
within() {
  local limit=$1
  shift
  timeout --kill-after=10 "$limit" "$@" < /dev/null
}
again_later() { sleep "$((pause * 10))"; }

[ -n "${AZURE_RESOURCE_GROUP:-}" ] && [ -n "${FUNCCOMET_APP:-}" ] || fail "AZURE_RESOURCE_GROUP and FUNCCOMET_APP must name the app"
command -v az > /dev/null || fail "the Azure CLI (az) is not installed"

package=${1:-}
if [ -n "$package" ]; then
  [ -f "$package" ] || fail "there is no file $package"
  version=$(unzip -p "$package" version.txt | tr -d '\r\n') || fail "$package has no version.txt: zip what 'dotnet publish' has made, without its folder"
else
  version=$(cd "$root" && within "$call_limit" dotnet msbuild src/Functions -t:AddSourceRevisionToInformationalVersion -getProperty:InformationalVersion) ||
    fail "the version of this working tree is not known"
fi

step "Find the app $FUNCCOMET_APP"
host=$(within "$call_limit" az resource show --resource-group "$AZURE_RESOURCE_GROUP" --name "$FUNCCOMET_APP" --resource-type Microsoft.Web/sites \
  --query properties.defaultHostName --output tsv) ||
  fail "Azure does not show the app. Sign in with 'az login', and look at AZURE_RESOURCE_GROUP and FUNCCOMET_APP"
url=${FUNCCOMET_URL:-https://$host}
url=${url%/}
url=${url%/api}

if [ -n "$package" ]; then
  step "Deploy $version"
  for ((try = 1; ; try++)); do
    within "$upload_limit" az functionapp deployment source config-zip --resource-group "$AZURE_RESOURCE_GROUP" --name "$FUNCCOMET_APP" \
      --src "$package" --output none && break
    ((try < uploads)) || fail "Azure has not taken the package in $uploads tries, and az says above why. What served before may still serve"
    echo "Try $try of $uploads failed."
    again_later
  done
fi

end=$((SECONDS + serve_limit))
if [ -z "${FUNCCOMET_KEY:-}" ]; then
  step "Get a function key, for which the app must have started"
  until FUNCCOMET_KEY=$(within "$call_limit" az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$FUNCCOMET_APP" \
    --query functionKeys.default --output tsv) && [ -n "$FUNCCOMET_KEY" ]; do
    ((SECONDS < end)) || fail "the app has no function key after $serve_limit seconds. See docs/operations.md, 'When it does not serve'"
    again_later
  done
  [ -z "${GITHUB_ACTIONS:-}" ] || echo "::add-mask::$FUNCCOMET_KEY"
fi

# Asks for a path, over a new connection, as curl is a new process. Prints the status and the version that has answered. The key comes by
# standard input, because every process of the machine can read arguments.
ask() {
  printf '%s\n' "${2:+header = \"x-functions-key: $2\"}" |
    curl --config - --silent --output /dev/null --max-time 30 --write-out '%{http_code} %header{comet-version}\n' "$url/api/$1" || true
}

step "Wait until $answers answers in a row come from $version"
before='' in_a_row=0
while ((in_a_row < answers)); do
  answer=$(ask about "$FUNCCOMET_KEY")
  if [ "$answer" = "200 $version" ]; then in_a_row=$((in_a_row + 1)); else in_a_row=0; fi
  [ "$answer" = "$before" ] || echo "$answer"
  before=$answer
  ((SECONDS < end)) || fail "after $serve_limit seconds the last answer was '$answer'. See docs/operations.md, 'When it does not serve'"
  sleep "$pause"
done

step "Wait until it reaches its storage"
until answer=$(ask health) && [ "$answer" = "200 " ]; do
  ((SECONDS < end)) || fail "after $serve_limit seconds /api/health still answers '$answer'. See docs/operations.md, 'When it does not serve'"
  again_later
done

step "Check that a poll without a token is refused"
answer=$(ask 'poll?rcpt=nobody&timeout=0')
[ "$answer" = "401 " ] || fail "the answer was '$answer' instead of 401: anyone who can reach the app can read every mailbox"

if [ "${FUNCCOMET_SUITE:-}" = no ]; then
  step "The end-to-end tests are left out"
else
  # OnAzure is about a LocalHost that the tests start, and not about this app.
  step "Run the end-to-end tests that change nothing"
  cd "$root"
  FUNCCOMET_URL=$url FUNCCOMET_KEY=$FUNCCOMET_KEY within "$suite_limit" dotnet test tests/EndToEnd.Tests \
    --filter 'Changes=nothing&FullyQualifiedName!~OnAzure' || fail "the app serves $version, but not as the end-to-end tests expect"
fi

echo "Done: $version serves at $url/api"
