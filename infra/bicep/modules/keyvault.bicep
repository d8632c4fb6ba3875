@description('The vault\'s name: 3 to 24 of a-z, 0-9 and -, unique in Azure.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Whether the vault is reached by its private endpoint alone.')
param private bool

@description('Whether the vault\'s audit goes to the workspace.')
param diagnosticLogs bool

@description('The workspace.')
param workspaceId string

@secure()
@description('The first signing key. New at every deployment, and taken by the first alone.')
param firstSigningKey string = '${newGuid()}${newGuid()}'

@secure()
@description('The first second key. It has signed nothing: it is what the signing key is changed for. New at every deployment, and taken by the first alone.')
param firstPreviousKey string = '${newGuid()}${newGuid()}'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    // The keys can be made anew; what a deleted vault keeps from use for this long is its name.
    softDeleteRetentionInDays: 7
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      // The deployment makes the first keys through Azure Resource Manager, which this does not stop.
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

@onlyIfNotExists()
resource signingKey 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'token-signing-key'
  properties: {
    value: firstSigningKey
  }
}

@onlyIfNotExists()
resource previousKey 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'token-previous-key'
  properties: {
    value: firstPreviousKey
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (diagnosticLogs) {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('The vault.')
output id string = vault.id

@description('Where the app finds the key that tokens are signed with: an address, not the key.')
output signingKeyUri string = '${vault.properties.vaultUri}secrets/${signingKey.name}'

@description('Where the app finds the second key: an address, not the key.')
output previousKeyUri string = '${vault.properties.vaultUri}secrets/${previousKey.name}'
