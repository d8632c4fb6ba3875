# Waits until the deployed app answers. FUNCCOMET_URL is an output of main.bicep.
$ErrorActionPreference = 'Stop'
$end = (Get-Date).AddMinutes(15)
while ($true) {
  try {
    Invoke-WebRequest -Uri "$env:FUNCCOMET_URL/api/health" -TimeoutSec 30 | Out-Null
    break
  } catch {
    if ((Get-Date) -gt $end) {
      throw "The app did not answer within 15 minutes: $_ Perhaps it read its keys before its role took effect. Make it read them again (docs/operations.md, 'When it does not serve') and run this script once more."
    }
    Start-Sleep -Seconds 10
  }
}
Write-Output "FuncComet serves at $env:FUNCCOMET_URL/api"
