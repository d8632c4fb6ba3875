using '../main.bicep'

param environmentName = 'default'
