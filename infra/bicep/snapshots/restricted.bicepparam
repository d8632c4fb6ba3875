using '../main.bicep'

// With characters that not every resource's name may have.
param environmentName = '-Prod_(EU).Größe-1 of 2'
param location = 'swedencentral'
param updateStrategy = 'Recreate'
param maximumInstanceCount = 1
param alertEmail = 'operator@example.com'
param frontDoorId = '11111111-2222-4333-8444-555555555555'
param allowedSources = [
  '203.0.113.0/24'
  '2001:db8::/32'
]
param budgetAmount = 200
param budgetEmail = 'owner@example.com'
param dailyQuotaGb = 2
