import { settingsType, tokenAuthorityType } from '../settings.bicep'

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

@description('The address of the vault with the keys of tokens.')
param vaultUri string

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

@description('How a deployment replaces instances.')
param updateStrategy ('RollingUpdate' | 'Recreate')

@description('Origins whose scripts may call the app.')
param allowedOrigins string[]

@description('The id of the Front Door profile through which requests must come; empty for none.')
param frontDoorId string

@description('The address ranges from which requests may come too, in CIDR notation; empty for all without a Front Door.')
param allowedSources string[]

@description('Whether Application Insights tests the app\'s availability.')
param allowAvailabilityTest bool

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

@description('Identity providers whose access tokens count as tokens of recipients.')
param tokenAuthorities tokenAuthorityType[]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var authoritySettings = reduce(
  tokenAuthorities,
  {},
  (all, authority, index) =>
    union(
      all,
      toObject(items(authority), each => 'FuncComet__Token__Authorities__${index}__${each.key}', each => each.?value)
    )
)

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
  // The app reads the vault itself. A reference that the platform cannot resolve, as while the role is not in effect yet, stays for a day.
  FuncComet__Token__KeyVaultUri: vaultUri
}

// Who may call the app. Without a Front Door and without sources, everybody may. Publishing is another site, which this does not restrict.
var restricted = !empty(frontDoorId) || !empty(allowedSources)
var callers = concat(
  empty(frontDoorId)
    ? []
    : [
        {
          name: 'front-door'
          action: 'Allow'
          tag: 'ServiceTag'
          ipAddress: 'AzureFrontDoor.Backend'
          // The tag is that of every Front Door of every customer. This header is what only ours sends.
          headers: {
            'x-azure-fdid': [
              frontDoorId
            ]
          }
        }
      ],
  restricted && allowAvailabilityTest
    ? [
        {
          name: 'availability-test'
          action: 'Allow'
          tag: 'ServiceTag'
          ipAddress: 'ApplicationInsightsAvailability'
        }
      ]
    : [],
  map(allowedSources, (source, index) => {
    name: 'source-${index + 1}'
    action: 'Allow'
    ipAddress: source
  })
)

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
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ipSecurityRestrictionsDefaultAction: restricted ? 'Deny' : 'Allow'
      ipSecurityRestrictions: map(callers, (caller, index) => union(caller, { priority: 100 + index }))
      cors: {
        allowedOrigins: allowedOrigins
        supportCredentials: false
      }
      appSettings: map(
        items(union(mapValues(settings, value => string(value)), authoritySettings, ownSettings)),
        setting => {
          name: setting.key
          value: setting.value
        }
      )
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
      // RollingUpdate replaces instances in turn and lets their requests finish; Recreate, the platform's default, stops all of them at
      // once. The API accepts this property, but Bicep's types do not have it yet.
      #disable-next-line BCP037
      siteUpdateStrategy: {
        type: updateStrategy
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
