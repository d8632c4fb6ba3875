@description('The account\'s name: 3 to 24 of a-z and 0-9, unique in Azure.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Whether the account is replicated across three zones rather than within one.')
param zoneRedundant bool

@description('Whether the account can be reached only by its private endpoints.')
param private bool

@description('Whether the queues\' metrics go to the workspace.')
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

// Metrics only: a log would have an entry for every storage request.
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

@description('The account\'s resource id.')
output id string = account.id

@description('The address of the container with the app\'s package.')
output packageContainerUri string = '${account.properties.primaryEndpoints.blob}${packageContainer}'

@description('The address of the account\'s blobs.')
output blobUri string = account.properties.primaryEndpoints.blob

@description('The address of the account\'s queues.')
output queueUri string = account.properties.primaryEndpoints.queue
