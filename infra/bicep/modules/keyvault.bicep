@description('The vault\'s name: 3 to 24 of a-z, 0-9 and -, unique in Azure.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Whether the vault can be reached only by its private endpoint.')
param private bool

@description('Whether the vault\'s audit log goes to the workspace.')
param diagnosticLogs bool

@description('The workspace.')
param workspaceId string

@secure()
@description('The first signing key. Every deployment makes a new value, but only the first deployment stores it.')
param firstSigningKey string = '${newGuid()}${newGuid()}'

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
    // The minimum: the keys can be replaced, and a deleted vault's name stays reserved for this long.
    softDeleteRetentionInDays: 7
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      // The deployment creates the first keys through Azure Resource Manager, which these rules do not block.
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

@description('The vault\'s resource id.')
output id string = vault.id

@description('The vault\'s address.')
output uri string = vault.properties.vaultUri
