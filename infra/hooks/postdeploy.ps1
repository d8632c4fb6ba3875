# Waits until the app that was deployed serves: FUNCCOMET_URL is an output of main.bicep.
$ErrorActionPreference = 'Stop'
Invoke-WebRequest -Uri "$env:FUNCCOMET_URL/api/health" -TimeoutSec 30 -MaximumRetryCount 30 -RetryIntervalSec 10 | Out-Null
Write-Output "FuncComet serves at $env:FUNCCOMET_URL/api"
