using '../main.bicep'

param environmentName = 'large'
param instanceMemoryMB = 4096
param maximumInstanceCount = 1000
param perInstanceConcurrency = 1000
param alwaysReadyInstances = 3
param zoneRedundant = true
param alertEmail = 'operator@example.com'
param settings = {
  FuncComet__Doorbell__Enabled: true
  FuncComet__Limits__MaxHeldPollsPerRecipient: 20
  FuncComet__Push__Handover: 'Direct'
}
param tokenAuthorities = [
  {
    Issuer: 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000001/v2.0'
    Audience: '00000000-0000-0000-0000-000000000002'
    RecipientClaim: 'oid'
    RecipientFormat: 'user/{0}'
  }
]
