// Names the assignments too: those of an identity that was deleted and made again are then new ones. Azure does not change the identity of
// an existing assignment (RoleAssignmentUpdateNotPermitted).
@description('The id of the app\'s identity, which gets the roles.')
param principalId string

@description('The storage account with the app\'s package, the mailboxes and the host\'s own state.')
param storageName string

@description('The component that the app reports to.')
param insightsName string

@description('The vault with the app\'s keys.')
param vaultName string

resource storage 'Microsoft.Storage/storageAccounts@2025-08-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

// Storage Blob Data Owner: the host keeps its function keys and locks in blobs. Its locks take leases and write tags.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'

// Storage Queue Data Contributor: the app creates and clears the mailboxes' queues.
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'

// Monitoring Metrics Publisher: sends all telemetry, not only metrics.
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

// Key Vault Secrets User: reads the keys and cannot write them.
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource blobRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, principalId, blobDataOwner)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataOwner)
  }
}

resource queueRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, principalId, queueDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueDataContributor)
  }
}

resource metricsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, principalId, metricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

resource secretsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, secretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}
