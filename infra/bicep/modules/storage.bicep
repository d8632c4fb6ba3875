@description('The account\'s name: 3 to 24 of a-z and 0-9, unique in Azure.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Whether the account is kept in three zones and not in one.')
param zoneRedundant bool

@description('Whether the account is reached by its private endpoints alone.')
param private bool

@description('Whether figures of the queues go to the workspace.')
param diagnosticLogs bool

@description('The workspace.')
param workspaceId string

var packageContainer = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: packageContainer
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-08-01' = {
  parent: account
  name: 'default'
}

// Figures alone: a log of each request would be as long as what is asked of the queues.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (diagnosticLogs) {
  scope: queues
  name: 'figures'
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

@description('The account.')
output id string = account.id

@description('Where the app\'s package lies.')
output packageContainerUri string = '${account.properties.primaryEndpoints.blob}${packageContainer}'

@description('The address of its blobs.')
output blobUri string = account.properties.primaryEndpoints.blob

@description('The address of its queues.')
output queueUri string = account.properties.primaryEndpoints.queue
