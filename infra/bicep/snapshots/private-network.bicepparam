using '../main.bicep'

param environmentName = 'private'
param privateNetwork = true
param diagnosticLogs = true
param allowedOrigins = [
  'https://app.example.com'
]
