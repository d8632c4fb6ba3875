using '../main.bicep'

param environmentName = 'private'
param privateNetwork = true
param diagnosticLogs = true
param perInstanceConcurrency = 400
param allowedOrigins = [
  'https://app.example.com'
]
