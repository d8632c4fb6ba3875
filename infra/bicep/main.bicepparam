using 'main.bicep'

// Everything else that may be set stands in main.bicep, with its unit, range and default.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
