# Waits until the app that was deployed serves: FUNCCOMET_URL is an output of main.bicep.
$ErrorActionPreference = 'Stop'
$end = (Get-Date).AddMinutes(15)
while ($true) {
  try {
    Invoke-WebRequest -Uri "$env:FUNCCOMET_URL/api/health" -TimeoutSec 30 | Out-Null
    break
  } catch {
    if ((Get-Date) -gt $end) {
      throw "It did not within 15 minutes: $_ A role that was not seen yet when it read its keys? Let it read them again (docs/operations.md, 'When it does not serve'), and run this once more."
    }
    Start-Sleep -Seconds 10
  }
}
Write-Output "FuncComet serves at $env:FUNCCOMET_URL/api"
