import { settingsType } from '../settings.bicep'

@description('The app\'s name, unique in Azure.')
param name string

@description('The plan\'s name.')
param planName string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The user-assigned identity with which the app reaches everything else.')
param identityId string

@description('The client id of that identity.')
param identityClientId string

@description('The address of the account\'s blobs.')
param blobUri string

@description('The address of the account\'s queues.')
param queueUri string

@description('The address of the container with the app\'s package.')
param packageContainerUri string

@description('The address of a package to deploy; empty for none.')
param packageUri string

@description('The component that the app reports to.')
param insightsName string

@description('The address of the key that signs tokens.')
param signingKeyUri string

@description('The address of the second key, which only validates tokens.')
param previousKeyUri string

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('The maximum number of instances.')
param maximumInstanceCount int

@description('The most requests that an instance serves at a time.')
param perInstanceConcurrency int

@description('Instances that always run.')
param alwaysReadyInstances int

@description('Whether instances are spread over zones.')
param zoneRedundant bool

@description('Origins whose scripts may call the app.')
param allowedOrigins string[]

@description('The subnet that the app\'s outgoing requests come from; empty for none.')
param subnetId string

@description('Whether the host\'s log goes to the workspace.')
param diagnosticLogs bool

@description('The workspace.')
param workspaceId string

@description('The most polls that an instance holds.')
param maxHeldPolls int

@description('Settings of the app that differ from their defaults.')
param settings settingsType

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var ownSettings = {
  AzureWebJobsStorage__blobServiceUri: blobUri
  AzureWebJobsStorage__queueServiceUri: queueUri
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  // An address and an id, and not a secret: to send telemetry takes an identity with a role.
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  FuncComet__Limits__MaxHeldPolls: '${maxHeldPolls}'
  // Azure's front end ends a request after 230 seconds.
  FuncComet__Poll__MaxTimeout: '00:03:40'
  FuncComet__Token__Required: 'true'
  FuncComet__Token__SigningKey: '@Microsoft.KeyVault(SecretUri=${signingKeyUri})'
  FuncComet__Token__PreviousKey: '@Microsoft.KeyVault(SecretUri=${previousKeyUri})'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app of azure.yaml's service by this.
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      cors: {
        allowedOrigins: allowedOrigins
        supportCredentials: false
      }
      appSettings: map(items(union(mapValues(settings, value => string(value)), ownSettings)), setting => {
        name: setting.key
        value: setting.value
      })
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      // Replaces instances in turn and lets their requests finish; the platform's default stops all of them at once. The API accepts this
      // property, but Bicep's types do not have it yet.
      #disable-next-line BCP037
      siteUpdateStrategy: {
        type: 'RollingUpdate'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0
          ? []
          : [
              {
                name: 'http'
                instanceCount: alwaysReadyInstances
              }
            ]
        triggers: {
          http: {
            perInstanceConcurrency: perInstanceConcurrency
          }
        }
      }
    }
  }
}

// The platform fetches the package and puts it into the container.
resource package 'Microsoft.Web/sites/extensions@2025-03-01' = if (!empty(packageUri)) {
  parent: app
  name: 'onedeploy'
  // The API accepts these properties, but Bicep's types do not have them.
  #disable-next-line BCP187
  properties: {
    packageUri: packageUri
    remoteBuild: false
  }
}

// Publishing uses Entra too: with this and the next resource, no user name and password opens the app.
resource ftpByPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource publishingByPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

// The host's log, but not the request log: its URLs name recipients and may contain tokens.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (diagnosticLogs) {
  scope: app
  name: 'host'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
  }
}

@description('The app\'s address, without /api.')
output url string = 'https://${app.properties.defaultHostName}'
