using 'main.bicep'

// main.bicep lists every other parameter with its unit, range and default.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
